import { option } from '../option.ts';
import { boolean, duration, integer, list, optionalDuration, optionalUrl, text } from '../option.types.ts';

/** How the relay and the webhook service talk to Zoho CRM. Credentials belong to connections, not to the environment. */
export const crmOptions = {
  secretKey: option('CAUSEWAY_SECRET_KEY', text, {
    help: 'Key that encrypts credentials at rest: 32 bytes as 64 hexadecimal digits',
    secret: true,
  }),
  otherSecretKeys: option('CAUSEWAY_OTHER_SECRET_KEYS', list, {
    default: '',
    help: 'Further keys that open stored credentials, separated by commas: the one before, or the next one while keys are changed',
    secret: true,
  }),
  callTimeout: option('CAUSEWAY_CALL_TIMEOUT', duration, {
    default: '30s',
    help: 'A call to the CRM that takes longer has the outcome unknown',
  }),
  dispatchBatch: option('CAUSEWAY_DISPATCH_BATCH', integer(1, 100), {
    default: '100',
    help: 'Most records in one write to the CRM',
  }),
  dispatchConcurrency: option('CAUSEWAY_DISPATCH_CONCURRENCY', integer(1, 25), {
    default: '4',
    help: 'Most calls to the CRM at a time for one connection from one relay process',
  }),
  coalescing: option('CAUSEWAY_COALESCING', boolean, {
    default: 'true',
    help: 'Whether writes to one record that wait are merged into one',
  }),
  batchWait: option('CAUSEWAY_BATCH_WAIT', duration, {
    default: '1s',
    help: 'How long a command waits for others to share a call with while credits of the CRM are short; 0s: not at all',
  }),
  ledgerRetention: option('CAUSEWAY_LEDGER_RETENTION', duration, {
    default: '400d',
    help: 'How long finished commands and their attempts are kept',
  }),
  inboxRetention: option('CAUSEWAY_INBOX_RETENTION', optionalDuration, {
    default: '90d',
    help: 'How long the relay remembers which events it has folded; longer than Kafka keeps the records of its topics, since one that comes again after that is folded again; empty: for ever',
  }),
  leaseTime: option('CAUSEWAY_LEASE_TIME', duration, {
    default: '60s',
    help: 'A claim on commands or dirty records expires after this time; longer than a call may take',
  }),
  notifyUrl: option('CAUSEWAY_NOTIFY_URL', optionalUrl, {
    default: '',
    help: 'Public URL of the webhook service as the CRM reaches it; empty takes the address it listens on',
  }),
  channelLife: option('CAUSEWAY_CHANNEL_LIFE', duration, {
    default: '24h',
    help: 'How long a notification channel is asked to live (at most 7d); it is renewed after half of that',
  }),
};
