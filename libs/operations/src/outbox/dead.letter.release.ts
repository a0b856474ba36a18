import { DEAD_LETTER_HEADERS, isCausewayError } from '#contracts';
import {
  createTransactionalProducer,
  publisherTransactionalId,
  releasedKeyRecord,
  TopicTail,
  type ParkedKey,
  type ProducerRecord,
  type TailRecord,
} from '#kafka';
import { CLIENT_ID, kafkaOf, quiet } from '../slot/position.side.ts';
import { slotNameOf, topicsOf, type SourceTarget } from '../slot/source.target.ts';
import { deadLettersOf, isOf, textOf } from './dead.letters.ts';
import { openLetterEncoder } from './letter.encoder.ts';
import { readParked } from './parked.keys.ts';

export interface ReleaseOptions {
  readonly key: string;
  /** Where the key is parked in several topics. */
  readonly topic?: string;
  /** Leave what still cannot be produced in the dead letters; what waits behind goes on without it. */
  readonly withoutPoison: boolean;
  readonly dryRun: boolean;
}

/** `refused`: why nothing was done, in words for a person. Else how many events went where, and what was left out. */
export type ReleaseResult =
  | { readonly refused: string }
  | {
      readonly topic: string;
      readonly sent: number;
      readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
    };

/** A publisher that was fenced is back within its standby interval, and fences this in turn. */
const ATTEMPTS = 5;

/**
 * Sends what waits behind a parked key to its topic, in order, and lets the key flow again: in one Kafka transaction under the
 * publisher's own transactional.id. So no publisher stores anything between the reading of what waits and its release; one that
 * runs is fenced for a moment, starts again, and finds the key free.
 * @throws CausewayError `PUBLISHER_FENCED` when publishers took over each time; nothing was done then
 */
export async function releaseKey(target: SourceTarget, options: ReleaseOptions): Promise<ReleaseResult> {
  const found = choose(await readParked(target), options);
  if ('refused' in found) return found;
  const letters: TailRecord[] = [];
  await using tail = new TopicTail(deadLettersOf(target));
  const readOn = (): Promise<void> =>
    tail.advance((record) => {
      if (isOf(target, record) && textOf(record, DEAD_LETTER_HEADERS.parking) === found.parking) letters.push(record);
    });
  await using encoder = openLetterEncoder(target);
  const done = new Map<TailRecord, Awaited<ReturnType<typeof encoder.encode>>>();
  const encodeNew = async (): Promise<void> => {
    for (const letter of letters) if (!done.has(letter)) done.set(letter, await encoder.encode(letter));
  };
  // Nearly all of the work is done before the publisher is disturbed; what comes meanwhile is read once it is fenced.
  await readOn();
  await encodeNew();
  const verdict = planOf(found, done, options);
  if ('refused' in verdict || options.dryRun) return 'refused' in verdict ? verdict : verdict.result;
  for (let attempt = 1; ; attempt += 1) {
    await using producer = await fencingProducer(target);
    try {
      await producer.init();
      if (!(await readParked(target)).some(({ parking }) => parking === found.parking))
        return { refused: 'the key was released by somebody else meanwhile' };
      await readOn();
      await encodeNew();
      const plan = planOf(found, done, options);
      if ('refused' in plan) return plan;
      const tombstone = { source: target.name, slot: target.slot, parked: found };
      await producer.sendTransaction([...plan.records, releasedKeyRecord(topicsOf(target).parkedKeys, tombstone)]);
      return plan.result;
    } catch (error) {
      if (!isCausewayError(error, 'PUBLISHER_FENCED') || attempt === ATTEMPTS) throw error;
    }
  }
}

function choose(
  parked: readonly ParkedKey[],
  { key, topic }: ReleaseOptions,
): ParkedKey | { readonly refused: string } {
  const found = parked.filter((one) => one.key === key && (topic === undefined || one.topic === topic));
  const [only, other] = found;
  if (only === undefined)
    return { refused: `the key ${key} is not parked${topic === undefined ? '' : ` in ${topic}`}` };
  if (other === undefined) return only;
  return {
    refused: `the key ${key} is parked in several topics: name one with --topic: ${found.map((one) => one.topic).join(', ')}`,
  };
}

type Plan =
  | { readonly refused: string }
  | {
      readonly records: readonly ProducerRecord[];
      readonly result: Exclude<ReleaseResult, { readonly refused: string }>;
    };

/** In the order in which they came: one key's letters are in one partition, unless the topic got more partitions in between. */
function planOf(
  parked: ParkedKey,
  done: ReadonlyMap<TailRecord, { readonly record: ProducerRecord } | { readonly reason: string }>,
  { withoutPoison }: Pick<ReleaseOptions, 'withoutPoison'>,
): Plan {
  const records: ProducerRecord[] = [];
  const leftOut: { id: string; reason: string }[] = [];
  const inOrder = [...done].toSorted(([a], [b]) =>
    Number(a.partition === b.partition ? a.offset - b.offset : a.timestamp - b.timestamp),
  );
  for (const [letter, encoded] of inOrder) {
    if ('record' in encoded) records.push(encoded.record);
    else leftOut.push({ id: `${letter.partition}:${letter.offset}`, reason: encoded.reason });
  }
  const begins = [...done.keys()].some((letter) => textOf(letter, DEAD_LETTER_HEADERS.parkedBehind) === null);
  if (!begins && !withoutPoison)
    return {
      refused:
        'the dead letter that parked the key is gone from its topic (see its retention), and later ones may be: causeway outbox resend has the rows. With --without-poison what is left is sent and the key released',
    };
  const [first] = leftOut;
  if (first !== undefined && !withoutPoison)
    return {
      refused: `dead letter ${first.id} cannot be sent: ${first.reason}. Correct that, or add --without-poison`,
    };
  return { records, result: { topic: parked.topic, sent: records.length, leftOut } };
}

async function fencingProducer(target: SourceTarget) {
  const producer = await createTransactionalProducer('platformatic', {
    ...kafkaOf(target),
    clientId: CLIENT_ID,
    logger: quiet(),
    transactionalId: publisherTransactionalId(slotNameOf(target)),
    transactionTimeoutMs: target.transactionTimeoutMs,
  });
  return Object.assign(producer, { [Symbol.asyncDispose]: () => producer.close().catch(() => undefined) });
}
