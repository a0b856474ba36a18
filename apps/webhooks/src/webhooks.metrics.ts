import { counter, gauge, histogram, type Registry } from '#observability';

export type WebhooksMetrics = ReturnType<typeof webhooksMetrics>;

export function webhooksMetrics(registry: Registry) {
  return {
    notifications: counter(registry, 'notifications_total', {
      help: 'Notifications by result: stored, unauthorised, type_unknown, limited (over the rate), lost (Postgres was away)',
      labelNames: ['result'],
    }),
    ackSeconds: histogram(registry, 'notification_ack_seconds', {
      help: 'Time from the arrival of a notification to its answer, its commit included',
    }),
    gaps: counter(registry, 'notification_gaps_total', {
      help: 'Times in which notifications may have been missed, by reason: downtime, postgres, rate, expired, forgotten',
      labelNames: ['reason'],
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
    cameBack: counter(registry, 'records_came_back_total', {
      help: 'Records with parked commands that people took out of the recycle bin: they go on by themselves',
      labelNames: ['module'],
    }),
    unmatched: gauge(registry, 'unmatched_records', {
      help: 'Records of the CRM that carry a name of ours and have no link',
      labelNames: ['connection', 'module'],
    }),
    sweepRead: counter(registry, 'sweep_readings_total', {
      help: 'Records that were read because a sweep found them, by result; edit and gone are what notifications missed',
      labelNames: ['connection', 'module', 'result'],
    }),
    sweepListed: counter(registry, 'sweep_listed_total', {
      help: 'Records that sweeps found changed or deleted, by whether they had been read before: known, marked',
      labelNames: ['connection', 'module', 'found'],
    }),
    sweepCrowded: counter(registry, 'sweep_crowded_seconds_total', {
      help: 'Seconds in which more records changed than a list shows; they are read by id',
      labelNames: ['connection', 'module'],
    }),
    sweepAge: gauge(registry, 'sweep_age_seconds', {
      help: 'Time since the last sweep of a module that went through began',
      labelNames: ['connection', 'module'],
    }),
    ageSeconds: histogram(registry, 'hydrator_age_seconds', {
      help: 'Time from the first mark of a record to its reading',
    }),
    channelFailures: counter(registry, 'channel_failures_total', {
      help: 'Subscriptions and renewals that the CRM did not grant',
      labelNames: ['connection', 'module'],
    }),
    channelExpiry: gauge(registry, 'channel_seconds_to_expiry', {
      help: 'Time until a notification channel expires',
      labelNames: ['connection', 'module'],
    }),
  };
}
