import { counter, gauge, histogram, type Registry } from '#observability';

export type MapperMetrics = ReturnType<typeof mapperMetrics>;

export function mapperMetrics(registry: Registry) {
  const byMapping = ['mapping'];
  return {
    events: counter(registry, 'mapper_events_total', {
      help: 'Events by verdict',
      labelNames: [...byMapping, 'verdict'],
    }),
    repeated: counter(registry, 'mapper_repeated_total', {
      help: 'Events that came again and were dropped by the inbox',
      labelNames: byMapping,
    }),
    problems: counter(registry, 'mapper_problems_total', {
      help: 'Values that cannot be used',
      labelNames: [...byMapping, 'code'],
    }),
    setAside: counter(registry, 'mapper_set_aside_total', {
      help: 'Events set aside',
      labelNames: [...byMapping, 'code'],
    }),
    paused: gauge(registry, 'mapper_paused', { help: '1 while nothing is fetched, since too many commands are open' }),
    stageSeconds: histogram(registry, 'mapper_stage_seconds', {
      help: "Time of each part of a batch's work",
      labelNames: ['stage'],
    }),
    batchSeconds: histogram(registry, 'mapper_batch_seconds', { help: 'Time from a batch to its commit' }),
  };
}
