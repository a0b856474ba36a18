import { CausewayError, isCausewayError } from '#contracts';
import type { TopicState } from '#kafka';
import { openTopicAdmin } from '../slot/position.side.ts';
import { withSource } from '../slot/source.client.ts';
import type { SourceTarget } from '../slot/source.target.ts';
import { findDeadLetter } from './dead.letters.ts';
import { encodeAgain, type Encoded } from './outbox.record.ts';
import { fixTextOutput, readRow, type OutboxEvent } from './outbox.rows.ts';
import { openResendProducer } from './resend.producer.ts';

/** `sent`: where to. Else why not, in words for a person. */
export type DeadLetterResult = { readonly sent: string } | { readonly refused: string };

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Produces the event of a dead letter where it should have gone, if what kept it from there is gone. Made anew from its row in
 * the outbox, which is never changed: so the reason is asked again instead of being believed.
 */
export async function resendDeadLetter(
  target: SourceTarget,
  { id, dryRun }: { readonly id: string; readonly dryRun: boolean },
): Promise<DeadLetterResult> {
  const found = await findDeadLetter(target, id);
  if (found === undefined) return { refused: `${target.name} has no dead letter ${id}` };
  const { eventId, reason } = found.letter;
  if (eventId === null || !UUID.test(eventId)) return { refused: `it has no event id: ${reason}` };
  const row = await withSource(target, async (client) => {
    await fixTextOutput(client);
    return readRow(client, eventId);
  });
  if (row === undefined)
    return { refused: `row ${eventId} is not in outbox.events any more; let the product emit the event again` };
  const encoded = await encodeNow(row, target);
  if ('reason' in encoded) return { refused: `the reason is still there: ${encoded.reason}` };
  if (!dryRun) {
    await using producer = await openResendProducer(target);
    await producer.send([encoded.record]);
  }
  return { sent: encoded.record.topic };
}

/** Looks at topics and creates none: a topic that is missing is a reason, too. */
async function encodeNow(row: OutboxEvent, target: SourceTarget): Promise<Encoded> {
  const admin = openTopicAdmin(target);
  try {
    const findTopic = async (topic: string): Promise<TopicState> => {
      const state = await admin.describe(topic);
      if (state === undefined) throw new CausewayError('TOPIC_MISSING', { details: { topic } });
      return state;
    };
    return await encodeAgain(row, { target, findTopic });
  } catch (error) {
    if (isCausewayError(error, 'TOPIC_MISSING'))
      return { reason: `the topic ${String(error.details['topic'])} is missing` };
    throw error;
  } finally {
    await admin.close();
  }
}
