import { randomUUID } from 'node:crypto';
import { DEAD_LETTER_HEADERS, EVENT_HEADERS } from '#contracts';
import { recordBytes, type ParkedKey, type ProducerRecord } from '#kafka';
import { deadLetter, type DeadLetterTarget, type Poison } from './dead.letter.ts';

export interface GuardOptions {
  readonly poison: 'dead-letter' | 'park-key';
  readonly nullKey: 'allow' | 'refuse';
  /** Keys that were parked when the session began. */
  readonly parked: readonly ParkedKey[];
  /** The topic of dead letters as it is known now. */
  readonly target: () => DeadLetterTarget;
  readonly onPoison: (poison: Poison) => void;
  readonly onParked: (parked: ParkedKey) => void;
  /** A record waits behind a parked key. */
  readonly onHeldBack: (parked: ParkedKey) => void;
}

/** What of a batch goes to Kafka. */
export interface Guarded {
  readonly records: readonly ProducerRecord[];
  /** Keys that the batch parks, to be written in its transaction. */
  readonly parked: readonly ParkedKey[];
}

/**
 * The last word on a batch, in the order of the stream and when every record has its place: a poison row parks its key, and what
 * comes later under that key follows it into the dead letters. What it decides holds once the batch is stored; whatever keeps the
 * batch from being stored ends the session, and with it this guard.
 */
export class RecordGuard {
  readonly #options: GuardOptions;
  readonly #parked: Map<string, ParkedKey>;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#parked = new Map(options.parked.map((parked) => [`${parked.topic}/${parked.keyBase64}`, parked]));
  }

  /** How many keys are parked. */
  get size(): number {
    return this.#parked.size;
  }

  apply(records: readonly ProducerRecord[]): Guarded {
    const target = this.#options.target();
    if (!records.some((record) => this.#concerns(record, target.topic))) return { records, parked: [] };
    const parked: ParkedKey[] = [];
    return { records: records.map((record) => this.#judge(record, { target, parked })), parked };
  }

  #concerns(record: ProducerRecord, deadLetters: string): boolean {
    if (this.#parked.size > 0) return true;
    return record.topic === deadLetters ? this.#options.poison === 'park-key' : this.#lacksKey(record);
  }

  #lacksKey(record: ProducerRecord): boolean {
    return this.#options.nullKey === 'refuse' && record.key === null;
  }

  #judge(
    record: ProducerRecord,
    given: { readonly target: DeadLetterTarget; readonly parked: ParkedKey[] },
  ): ProducerRecord {
    const { target } = given;
    if (record.topic === target.topic) return this.#ofLetter(record, given.parked);
    if (this.#lacksKey(record)) {
      const poison = { reason: 'the key is null', topic: record.topic, row: undefined, record };
      this.#options.onPoison(poison);
      return sized(deadLetter(poison, target));
    }
    const before = this.#find(record.topic, record.key);
    if (before === undefined) return record;
    this.#options.onHeldBack(before);
    const reason = `key parked behind ${before.eventId ?? 'an event without an id'}`;
    const letter = deadLetter(
      { reason, error: 'OUTBOX_KEY_PARKED', topic: record.topic, row: undefined, record },
      target,
    );
    return marked(letter, before);
  }

  /** A poison row: it begins a parking, or is one more that waits in it. */
  #ofLetter(letter: ProducerRecord, begun: ParkedKey[]): ProducerRecord {
    const topic = letter.headers.get(DEAD_LETTER_HEADERS.topic)?.toString();
    const { key } = letter;
    if (topic === undefined || key === null || key.length === 0) return letter;
    const before = this.#find(topic, key);
    if (before !== undefined) return marked(letter, before);
    if (this.#options.poison !== 'park-key') return letter;
    const parked: ParkedKey = {
      parking: randomUUID(),
      topic,
      key: key.toString(),
      keyBase64: key.toString('base64url'),
      eventId: letter.headers.get(EVENT_HEADERS.id)?.toString() ?? null,
      reason: letter.headers.get(DEAD_LETTER_HEADERS.reason)?.toString() ?? 'not told',
      since: new Date().toISOString(),
    };
    this.#parked.set(`${topic}/${parked.keyBase64}`, parked);
    begun.push(parked);
    this.#options.onParked(parked);
    return sized({
      ...letter,
      headers: new Map(letter.headers).set(DEAD_LETTER_HEADERS.parking, Buffer.from(parked.parking)),
    });
  }

  #find(topic: string, key: Buffer | null): ParkedKey | undefined {
    return key === null || this.#parked.size === 0
      ? undefined
      : this.#parked.get(`${topic}/${key.toString('base64url')}`);
  }
}

function marked(letter: ProducerRecord, { parking, eventId }: ParkedKey): ProducerRecord {
  const headers = new Map(letter.headers).set(DEAD_LETTER_HEADERS.parking, Buffer.from(parking));
  if (eventId !== null) headers.set(DEAD_LETTER_HEADERS.parkedBehind, Buffer.from(eventId));
  return sized({ ...letter, headers });
}

function sized(record: ProducerRecord): ProducerRecord {
  return { ...record, bytes: recordBytes(record) };
}
