import { option } from '../option.ts';
import { duration, integer } from '../option.types.ts';

/** The way back: what the webhook service takes, keeps and reads by itself. */
export const webhooksOptions = {
  notificationRate: option('CAUSEWAY_NOTIFICATION_RATE', integer(1, 1_000_000), {
    default: '2000',
    help: 'Notifications a second that one channel may send, twice as many at once; what is refused is found by a sweep',
  }),
  notificationRetention: option('CAUSEWAY_NOTIFICATION_RETENTION', duration, {
    default: '14d',
    help: 'How long the bodies of notifications are kept, to be replayed after a parser was corrected',
  }),
  sweepInterval: option('CAUSEWAY_SWEEP_INTERVAL', duration, {
    default: '15m',
    help: 'How often each watched module is read by Modified_Time for what notifications missed; a connection may say otherwise for a module',
  }),
  sweepOverlap: option('CAUSEWAY_SWEEP_OVERLAP', duration, {
    default: '5m',
    help: 'How far a sweep goes back behind what it has seen: covers clocks that differ and changes that the CRM lists late',
  }),
  sweepBudget: option('CAUSEWAY_SWEEP_BUDGET', integer(1, 100_000), {
    default: '100',
    help: 'Most calls of one sweep of a module before others have their turn; it goes on from there',
  }),
};
