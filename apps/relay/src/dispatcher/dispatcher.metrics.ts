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
    merged: counter(registry, 'dispatcher_merged_total', {
      help: 'Commands that ended in another one of their record, which carries their values',
      labelNames: ['connection'],
    }),
    saved: counter(registry, 'dispatcher_saved_total', {
      help: 'Updates that were done without a call, since the CRM had all their values',
      labelNames: ['connection'],
    }),
    savedFields: counter(registry, 'dispatcher_saved_fields_total', {
      help: 'Values that were left out of updates, since the CRM had them',
      labelNames: ['connection'],
    }),
    open: gauge(registry, 'ledger_open_commands', { help: 'Open commands by state', labelNames: ['state'] }),
  };
}
