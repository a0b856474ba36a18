import type { WaitingThrottle } from '#ledger';
import { gauge, type Registry } from '#observability';

/** What a throttle is about; a label is empty where it says nothing. */
const SCOPE = ['direction', 'connection', 'pack', 'operation', 'module', 'record'];

export type ThrottleMetrics = ReturnType<typeof throttleMetrics>;

/** The throttles that people have set, all of the system, shown by each process. */
export function throttleMetrics(registry: Registry) {
  return {
    perSecond: gauge(registry, 'throttle_per_second', {
      help: 'How much a second a throttle lets go, which an operator has set',
      labelNames: [...SCOPE, 'unit'],
    }),
    waiting: gauge(registry, 'throttle_waiting_commands', {
      help: 'Commands that are ready and that a throttle to the CRM is about',
      labelNames: SCOPE,
    }),
  };
}

/** Shows these and no others: one that was cleared is gone. */
export function showThrottles(metrics: ThrottleMetrics, throttles: readonly WaitingThrottle[]): void {
  metrics.perSecond.reset();
  metrics.waiting.reset();
  for (const { direction, connectionId, pack, operation, module, recordKey, unit, perSecond, waiting } of throttles) {
    const scope = {
      direction,
      connection: connectionId ?? '',
      pack: pack ?? '',
      operation: operation ?? '',
      module: module ?? '',
      record: recordKey ?? '',
    };
    metrics.perSecond.set({ ...scope, unit }, perSecond);
    if (waiting !== null) metrics.waiting.set(scope, waiting);
  }
}
