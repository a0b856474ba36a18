import { counter, gauge, histogram, type Registry } from '#observability';

export type DispatcherMetrics = ReturnType<typeof dispatcherMetrics>;

export function dispatcherMetrics(registry: Registry) {
  return {
    outcomes: counter(registry, 'dispatcher_outcomes_total', {
      help: 'Attempts by outcome',
      labelNames: ['connection', 'outcome'],
    }),
    callSeconds: histogram(registry, 'dispatcher_group_seconds', {
      help: 'Time from claim to recorded outcome of a group of commands',
      labelNames: ['form'],
    }),
    open: gauge(registry, 'ledger_open_commands', { help: 'Open commands by state', labelNames: ['state'] }),
  };
}
