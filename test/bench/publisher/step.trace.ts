import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { FAULT_CHANNEL } from '#observability';
import { TRACE_VARIABLE } from './trace.file.ts';
import type { TraceEvent } from './trace.steps.ts';

/**
 * Preloaded into a publisher by `--import`, this notes when each step of a batch is done, and each request of @platformatic/kafka (its
 * own diagnostics channel; kafkajs has none). At the end of the process it writes them to the file that the variable names.
 */
const file = process.env[TRACE_VARIABLE];
if (file !== undefined) trace(file);

interface Request {
  readonly apiKey: number;
  sentAt?: number;
}

function trace(path: string): void {
  const events: TraceEvent[] = [];
  subscribe(FAULT_CHANNEL, (step) => events.push({ at: performance.now(), step: String(step) }));
  subscribe('tracing:plt:kafka:connections:api:start', (message) => {
    (message as Request).sentAt = performance.now();
  });
  subscribe('tracing:plt:kafka:connections:api:asyncStart', (message) => {
    const { apiKey, sentAt } = message as Request;
    const at = performance.now();
    events.push({ at, request: apiKey, ms: at - (sentAt ?? at) });
  });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) events.push({ at: startTime, collected: duration });
  }).observe({ entryTypes: ['gc'] });
  process.on('exit', () => writeFileSync(path, JSON.stringify(events)));
}
