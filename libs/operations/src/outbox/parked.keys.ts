import { DEAD_LETTER_HEADERS } from '#contracts';
import { readParkedKeys, readTail, type ParkedKey } from '#kafka';
import { CLIENT_ID, kafkaOf, openTopicAdmin } from '../slot/position.side.ts';
import { topicsOf, type SourceTarget } from '../slot/source.target.ts';
import { deadLettersOf, textOf } from './dead.letters.ts';

const READ_TIMEOUT_MS = 15_000;

/** A parked key and how much waits there, the row that began it among them. */
export type WaitingKey = Omit<ParkedKey, 'keyBase64'> & { readonly waiting: number };

/** The keys of a source that are parked, as Kafka has them; none where no publisher has parked any. */
export async function readParked(target: SourceTarget): Promise<ParkedKey[]> {
  const topic = topicsOf(target).parkedKeys;
  const admin = openTopicAdmin(target);
  try {
    if ((await admin.describe(topic)) === undefined) return [];
  } finally {
    await admin.close();
  }
  const options = { ...kafkaOf(target), clientId: CLIENT_ID, topic, timeoutMs: READ_TIMEOUT_MS };
  return readParkedKeys(options, { source: target.name, slot: target.slot });
}

/** Parked keys, oldest first. Reads all dead letters to count those that wait. */
export async function listParkedKeys(target: SourceTarget): Promise<WaitingKey[]> {
  const parked = await readParked(target);
  if (parked.length === 0) return [];
  const waiting = new Map<string, number>();
  await readTail(deadLettersOf(target), (record) => {
    const parking = textOf(record, DEAD_LETTER_HEADERS.parking);
    if (parking !== null) waiting.set(parking, (waiting.get(parking) ?? 0) + 1);
  });
  return parked
    .toSorted((a, b) => a.since.localeCompare(b.since))
    .map(({ parking, topic, key, eventId, reason, since }) => {
      return { parking, topic, key, eventId, reason, since, waiting: waiting.get(parking) ?? 0 };
    });
}
