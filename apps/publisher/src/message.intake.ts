import { CausewayError } from '#contracts';
import { errorFields, type Logger } from '#observability';
import { formatLsn, type LogicalMessage } from '#replication';
import type { PublisherMetrics } from './publisher.metrics.ts';
import type { EncodedRecord, RowPreset } from './row.preset.ts';

/** Prefix of the messages that the publisher writes itself, so that an idle database's slot moves on. */
export const HEARTBEAT_PREFIX = 'causeway.heartbeat';

/**
 * `row`: an event. `position`: nothing, but the stream has come so far. `refused`: meant as an event and none. `foreign`: of
 * somebody else.
 */
export type MessageMeaning = 'row' | 'position' | 'refused' | 'foreign';

/**
 * What a logical message means. One that is not transactional comes at once, outside of any transaction, and stays when the one
 * that wrote it is rolled back: as an event it could tell of what never happened, and no ordinal could count it. So it is refused.
 */
export function judgeMessage(
  { prefix, transactional }: Pick<LogicalMessage, 'prefix' | 'transactional'>,
  source: { readonly prefix: string | undefined; readonly takesMessages: boolean },
): MessageMeaning {
  if (prefix === HEARTBEAT_PREFIX) return transactional ? 'foreign' : 'position';
  if (prefix !== source.prefix) return 'foreign';
  return transactional && source.takesMessages ? 'row' : 'refused';
}

interface IntakeParts {
  readonly prefix: string | undefined;
  readonly preset: Pick<RowPreset, 'encodeMessage'>;
  readonly logger: Logger;
  readonly metrics: Pick<PublisherMetrics, 'refusedMessages'>;
}

/** Logical messages of one session: says what each means, and of those refused that there are some. */
export class MessageIntake {
  readonly #parts: IntakeParts;
  #told = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  judge(message: LogicalMessage): MessageMeaning {
    const { prefix, preset, metrics } = this.#parts;
    const meaning = judgeMessage(message, { prefix, takesMessages: preset.encodeMessage !== undefined });
    if (meaning === 'refused') {
      metrics.refusedMessages.inc();
      this.#tellOnce(message);
    }
    return meaning;
  }

  encode(content: Buffer): EncodedRecord | undefined {
    return this.#parts.preset.encodeMessage?.(content);
  }

  /** Whoever does it once may do it a thousand times a second; the metric counts them. */
  #tellOnce({ transactional, prefix, lsn }: LogicalMessage): void {
    if (this.#told) return;
    this.#told = true;
    const error = new CausewayError('MESSAGE_REFUSED', { details: { prefix, transactional, lsn: formatLsn(lsn) } });
    this.#parts.logger.error(errorFields(error), 'a logical message was refused; told once a session');
  }
}
