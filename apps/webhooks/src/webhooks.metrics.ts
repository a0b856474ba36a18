import { counter, gauge, histogram, type Registry } from '#observability';

export type WebhooksMetrics = ReturnType<typeof webhooksMetrics>;

export function webhooksMetrics(registry: Registry) {
  return {
    notifications: counter(registry, 'notifications_total', {
      help: 'Notifications by result: stored, unauthorised, lost (Postgres was away)',
      labelNames: ['result'],
    }),
    unreadable: counter(registry, 'notifications_unreadable_total', {
      help: 'Stored notifications that cannot be read',
    }),
    readings: counter(registry, 'hydrator_readings_total', {
      help: 'Records read by result: echo, edit, not_ours, gone, busy',
      labelNames: ['result'],
    }),
    conflicts: counter(registry, 'conflicts_total', {
      help: 'Edits in the CRM that were not taken over, and records that people deleted; restored: the product value was put back',
      labelNames: ['module', 'kind', 'restored'],
    }),
    ageSeconds: histogram(registry, 'hydrator_age_seconds', {
      help: 'Time from the first mark of a record to its reading',
    }),
    channelExpiry: gauge(registry, 'channel_seconds_to_expiry', {
      help: 'Time until a notification channel expires',
      labelNames: ['connection', 'module'],
    }),
  };
}
