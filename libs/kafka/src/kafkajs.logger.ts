import { logLevel, type LogEntry, type logCreator } from 'kafkajs';
import type { Logger } from '#observability';

/**
 * kafkajs reports every answer with an error code as an error and then tries again, dozens of times a second for some. What
 * it gives up on reaches the caller in any case.
 */
const RETRIED =
  /^Response |^Failed to send messages|^Limiting retries|rebalanc|coordinator is not aware|leadership election/i;

/** Puts kafkajs's log lines into ours, lower where it cries wolf. */
export function kafkajsLogCreator(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }: LogEntry) => {
      const { message, error, broker, clientId, groupId } = log as LogEntry['log'] & Record<string, unknown>;
      const line = { namespace, reason: error, broker, clientId, groupId };
      const isNews = (level === logLevel.ERROR || level === logLevel.WARN) && !RETRIED.test(message);
      if (isNews) logger.warn(line, `kafkajs: ${message}`);
      else logger.debug(line, `kafkajs: ${message}`);
    };
}
