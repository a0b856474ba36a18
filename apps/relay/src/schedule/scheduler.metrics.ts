import { counter, type Counter, type Registry } from '#observability';

export interface SchedulerMetrics {
  readonly fired: Counter;
  readonly missed: Counter;
}

export function schedulerMetrics(registry: Registry): SchedulerMetrics {
  return {
    fired: counter(registry, 'scheduler_fired_total', {
      help: "Entries of the mappings' schedules that became events",
    }),
    missed: counter(registry, 'scheduler_missed_total', {
      help: 'Entries whose time was over when the schedule was looked at: they never fire',
    }),
  };
}
