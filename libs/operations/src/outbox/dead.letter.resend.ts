import type { SourceTarget } from '../slot/source.target.ts';
import { findDeadLetter } from './dead.letters.ts';
import { openLetterEncoder } from './letter.encoder.ts';
import { readParked } from './parked.keys.ts';
import { openResendProducer } from './resend.producer.ts';

/** `sent`: where to. Else why not, in words for a person. */
export type DeadLetterResult = { readonly sent: string } | { readonly refused: string };

/**
 * Produces the event of a dead letter where it should have gone, if what kept it from there is gone. A letter whose key is parked
 * is not sent by itself: those before it would come after it.
 */
export async function resendDeadLetter(
  target: SourceTarget,
  { id, dryRun }: { readonly id: string; readonly dryRun: boolean },
): Promise<DeadLetterResult> {
  const found = await findDeadLetter(target, id);
  if (found === undefined) return { refused: `${target.name} has no dead letter ${id}` };
  const { parking } = found.letter;
  const parked = parking === null ? undefined : (await readParked(target)).find((one) => one.parking === parking);
  if (parked !== undefined)
    return {
      refused: `its key is parked: causeway outbox dead-letters release --key ${parked.key} sends all that wait, in order`,
    };
  await using encoder = openLetterEncoder(target);
  const encoded = await encoder.encode(found.record);
  if ('reason' in encoded) return { refused: encoded.reason };
  if (!dryRun) {
    await using producer = await openResendProducer(target);
    await producer.send([encoded.record]);
  }
  return { sent: encoded.record.topic };
}
