/** Codes of what comes back from the CRM and of what consumes events; part of the catalogue (error.catalogue.ts). */
export const wayBackErrors = {
  // Way back
  NOTIFICATION_UNAUTHORISED: {
    meaning: 'A notification came with a wrong address or token',
    action: 'Nothing was stored. If it was ours, renew the channel; else somebody guesses.',
    owner: 'platform',
  },
  NOTIFICATION_UNREADABLE: {
    meaning: 'A notification has a body that cannot be read',
    action: 'The raw body is kept in webhooks.deliveries; correct the parser and replay it.',
    owner: 'platform',
  },
  RECORD_UNKNOWN: {
    meaning: 'A record of the CRM does not carry our identity',
    action: 'Nothing: records that are not ours give no event.',
    owner: 'platform',
  },
  CHANNEL_MISSING: {
    meaning: 'A notification channel is missing or about to expire',
    action: 'Look at the log of the webhook service: it subscribes and renews by itself.',
    owner: 'platform',
  },

  // Inbox
  INBOX_EVENT_FAILED: {
    meaning: 'A consumer failed on an event, and would fail again',
    action:
      'The event is kept in inbox.set_aside with the reason; correct the consumer, then inbox.redrive(id) or inbox.skip(id).',
    owner: 'product',
  },
  INBOX_KEY_HELD: {
    meaning: 'An event waits behind an earlier one of its key that a consumer could not apply',
    action: 'Redrive or skip the earlier one: this one follows by itself.',
    owner: 'product',
  },

  // Notifications
  NOTIFICATION_TYPE_UNKNOWN: {
    meaning: 'A notification has a content type that the CRM does not send',
    action: 'Nothing was stored. If it was the CRM, add the type to the ones that are taken.',
    owner: 'platform',
  },
  NOTIFICATION_RATE_EXCEEDED: {
    meaning: 'A channel was notified more often than its rate allows, and some notifications were refused',
    action: 'The sweep finds what they named; raise CAUSEWAY_NOTIFICATION_RATE if this is normal traffic.',
    owner: 'platform',
  },
  NOTIFICATIONS_MISSED: {
    meaning: 'For a while notifications could not be received or stored',
    action: 'Nothing: a sweep over that time is due; webhooks.gaps names the gap and its reason.',
    owner: 'platform',
  },
  SWEEP_SECOND_CROWDED: {
    meaning: 'More records of a module changed in one second, by an import, than a list of the CRM can be paged to',
    action:
      'Nothing: they are read by id, 200 a call (COQL), within the budget of the sweep. If credits are short, see causeway credits and the connection’s setting sweep.',
    owner: 'platform',
  },
} as const;
