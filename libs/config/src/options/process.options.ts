import { option } from '../option.ts';
import { boolean, duration, integer, oneOf, optionalText, text } from '../option.types.ts';

/** What every process has. */
export const processOptions = {
  logLevel: option('CAUSEWAY_LOG_LEVEL', oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'), {
    default: 'info',
    help: 'Least severe log line that is written',
  }),
  host: option('CAUSEWAY_HOST', text, { default: '127.0.0.1', help: 'Address that the HTTP server listens on' }),
  port: option('CAUSEWAY_PORT', integer(0, 65_535), {
    default: '0',
    help: 'Port of the HTTP server (health, readiness, metrics and what the app serves); 0 takes a free one',
  }),
  shutdownTimeout: option('CAUSEWAY_SHUTDOWN_TIMEOUT', duration, {
    default: '10s',
    help: 'How long a clean stop may take before the process ends all the same',
  }),
  exitWithParent: option('CAUSEWAY_EXIT_WITH_PARENT', boolean, {
    default: 'false',
    help: 'Stop when standard input closes: for services that another process started and that must not outlive it',
  }),
  topicPrefix: option('CAUSEWAY_TOPIC_PREFIX', optionalText, {
    default: '',
    help: 'Put before every topic and consumer group; keeps environments apart in one Kafka cluster',
  }),
};
