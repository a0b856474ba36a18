import type { Client } from 'pg';
import { CausewayError, DEAD_LETTER_HEADERS, RESENT_HEADER, isCausewayError } from '#contracts';
import { BATCH_OVERHEAD, partitionOf, recordBytes, type TailRecord, type TopicState } from '#kafka';
import { connectClient } from '#postgres';
import { openTopicAdmin } from '../slot/position.side.ts';
import { APPLICATION_NAME } from '../slot/source.client.ts';
import { tableOf, type SourceTarget } from '../slot/source.target.ts';
import { describe, hasHeader, textOf } from './dead.letters.ts';
import { encodeAgain, type Encoded } from './outbox.record.ts';
import { fixTextOutput, readRow, type OutboxEvent } from './outbox.rows.ts';
import { findOutboxTable, nameOf, whyNotEncoded } from './outbox.table.ts';

/** Makes of dead letters what should have been produced, or says why that cannot be. */
export interface LetterEncoder extends AsyncDisposable {
  encode(letter: TailRecord): Promise<Encoded>;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const OWN: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER_HEADERS));

/** Connects to the source at the first letter whose row is needed; creates no topic: one that is missing is a reason, too. */
export function openLetterEncoder(target: SourceTarget): LetterEncoder {
  const admin = openTopicAdmin(target);
  const known = new Map<string, TopicState>();
  let client: Promise<Client> | undefined;
  const findTopic = async (topic: string): Promise<TopicState> => {
    const state = known.get(topic) ?? (await admin.describe(topic));
    if (state === undefined) throw new CausewayError('TOPIC_MISSING', { details: { topic } });
    known.set(topic, state);
    return state;
  };
  const rowOf = async (eventId: string | null): Promise<OutboxEvent | undefined> => {
    if (eventId === null || !UUID.test(eventId)) return undefined;
    client ??= connect(target);
    const table = await findOutboxTable(await client, target);
    return table === undefined ? undefined : readRow(await client, table, eventId);
  };
  return {
    encode: async (letter) => {
      try {
        if (isComplete(letter)) return await encodeWhole(letter, findTopic);
        const { eventId, reason } = describe(letter);
        const unable = whyNotEncoded(target);
        if (unable !== null) return { reason: `it is not whole, and ${unable}: write its row again: ${reason}` };
        const row = await rowOf(eventId);
        if (row !== undefined) return stillThere(await encodeAgain(row, { target, findTopic }));
        if (eventId === null) return { reason: `it has no event id: ${reason}` };
        return {
          reason: `row ${eventId} is not in ${nameOf(tableOf(target))}; let the product emit the event again: ${reason}`,
        };
      } catch (error) {
        if (!isCausewayError(error, 'TOPIC_MISSING')) throw error;
        return stillThere({ reason: `the topic ${String(error.details['topic'])} is missing` });
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled([admin.close(), client?.then((open) => open.end())]);
    },
  };
}

/** Then the row need not be asked, and need not be there: a logical message never had one. */
function isComplete(letter: TailRecord): boolean {
  return hasHeader(letter, DEAD_LETTER_HEADERS.whole) && !hasHeader(letter, DEAD_LETTER_HEADERS.valueOmitted);
}

async function encodeWhole(letter: TailRecord, findTopic: (topic: string) => Promise<TopicState>): Promise<Encoded> {
  const topic = textOf(letter, DEAD_LETTER_HEADERS.topic) ?? '';
  const { partitions, maxMessageBytes } = await findTopic(topic);
  const { key, value } = letter;
  // Whether a record may be without a key is asked at the source; who resends one has decided.
  const headers = new Map(letter.headers.filter(([name]) => !OWN.has(name))).set(RESENT_HEADER, Buffer.from('true'));
  const record = { topic, partition: key === null ? 0 : partitionOf(key, partitions), key, value, headers };
  const bytes = recordBytes(record);
  if (bytes + BATCH_OVERHEAD > maxMessageBytes)
    return stillThere({ reason: `the record needs up to ${bytes} bytes, the topic takes ${maxMessageBytes}` });
  return { record: { ...record, bytes } };
}

function stillThere(encoded: Encoded): Encoded {
  return 'reason' in encoded ? { reason: `the reason is still there: ${encoded.reason}` } : encoded;
}

async function connect({ url }: SourceTarget): Promise<Client> {
  const client = await connectClient({ url, applicationName: APPLICATION_NAME });
  await fixTextOutput(client);
  return client;
}
