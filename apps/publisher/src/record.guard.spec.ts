import fc from 'fast-check';
import type { ParkedKey, ProducerRecord } from '#kafka';
import { deadLetter, type Poison } from './dead.letter.ts';
import { RecordGuard, type GuardOptions } from './record.guard.ts';

const TARGET = { topic: 'dead', source: Buffer.from('/shop'), state: { partitions: 1, maxMessageBytes: 1_000_000 } };

function record(topic: string, key: string | null, id: string): ProducerRecord {
  const headers = new Map([['ce_id', Buffer.from(id)]]);
  return { topic, partition: 0, key: key === null ? null : Buffer.from(key), value: Buffer.from(id), headers };
}

/** What the encoder makes of a row that cannot be produced. */
function poison(topic: string, key: string | null, id: string): ProducerRecord {
  return deadLetter({ reason: 'bad', topic, row: undefined, record: record(topic, key, id) }, TARGET);
}

function guardOf(change: Partial<GuardOptions> = {}): RecordGuard {
  return new RecordGuard({
    poison: 'park-key',
    nullKey: 'allow',
    parked: [],
    target: () => TARGET,
    onPoison: () => undefined,
    onParked: () => undefined,
    onHeldBack: () => undefined,
    ...change,
  });
}

const header = ({ headers }: ProducerRecord, name: string): string | undefined =>
  headers.get(`causeway_${name}`)?.toString();
const places = (records: readonly ProducerRecord[]): string[] =>
  records.map(({ topic, value }) => `${topic}:${value?.toString()}`);

describe('RecordGuard', () => {
  it('lets a batch without poison pass as it is', () => {
    const batch = [record('orders', 'a', '1')];
    expect(guardOf().apply(batch).records).toBe(batch);
  });

  it('parks the key of a poison row: what comes later under it follows, other keys and topics flow', () => {
    const guard = guardOf();
    const { records, parked } = guard.apply([
      record('orders', 'a', '1'),
      poison('orders', 'a', '2'),
      record('orders', 'a', '3'),
      record('orders', 'b', '4'),
      record('users', 'a', '5'),
    ]);
    expect(places(records)).toEqual(['orders:1', 'dead:2', 'dead:3', 'orders:4', 'users:5']);
    expect(parked).toMatchObject([{ topic: 'orders', key: 'a', eventId: '2', reason: 'bad' }]);
    const [, first, second] = records;
    expect(first && [header(first, 'error'), header(first, 'parking')]).toEqual([
      'OUTBOX_ROW_INVALID',
      parked[0]?.parking,
    ]);
    expect(
      second && ['error', 'reason', 'parked_behind', 'parking', 'topic', 'whole'].map((name) => header(second, name)),
    ).toEqual(['OUTBOX_KEY_PARKED', 'key parked behind 2', '2', parked[0]?.parking, 'orders', 'true']);
    const next = guard.apply([record('orders', 'a', '6'), poison('orders', 'a', '7')]);
    expect(places(next.records)).toEqual(['dead:6', 'dead:7']);
    expect(next.parked).toEqual([]);
    expect(next.records.map((letter) => header(letter, 'parking'))).toEqual([parked[0]?.parking, parked[0]?.parking]);
  });

  it('goes on where a session before it was, even where keys are not parked any more', () => {
    const before: ParkedKey = {
      parking: 'p',
      topic: 'orders',
      key: 'a',
      keyBase64: Buffer.from('a').toString('base64url'),
      eventId: null,
      reason: 'bad',
      since: '2026-01-01T00:00:00Z',
    };
    const guard = guardOf({ poison: 'dead-letter', parked: [before] });
    const { records, parked } = guard.apply([
      record('orders', 'a', '1'),
      poison('orders', 'b', '2'),
      record('orders', 'b', '3'),
    ]);
    expect(places(records)).toEqual(['dead:1', 'dead:2', 'orders:3']);
    expect(records[0] && header(records[0], 'reason')).toBe('key parked behind an event without an id');
    expect(parked).toEqual([]);
  });

  it.each([
    ['a poison row without a key', poison('orders', null, '1')],
    [
      'one whose topic is not known',
      deadLetter({ reason: 'bad', row: undefined, record: record('x', 'a', '1') }, TARGET),
    ],
  ])('%s parks nothing', (_, letter) => {
    const { records, parked } = guardOf().apply([letter]);
    expect(records).toEqual([letter]);
    expect(parked).toEqual([]);
  });

  it('refuses records without a key where that is asked for', () => {
    const told: Poison[] = [];
    const guard = guardOf({ nullKey: 'refuse', onPoison: (one) => told.push(one) });
    const { records } = guard.apply([record('orders', null, '1'), record('orders', 'a', '2')]);
    expect(places(records)).toEqual(['dead:1', 'orders:2']);
    expect(told).toMatchObject([{ reason: 'the key is null', topic: 'orders' }]);
  });

  it('however the stream is cut into batches, each record is there once, in order, and nothing passes a parked key', () => {
    const item = fc.record({ key: fc.constantFrom('a', 'b', 'c'), bad: fc.boolean(), cut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), (items) => {
        const guard = guardOf();
        const stream = items.map(({ key, bad }, n) =>
          bad ? poison('orders', key, String(n)) : record('orders', key, String(n)),
        );
        const batches: ProducerRecord[][] = [[]];
        for (const [n, { cut }] of items.entries()) {
          batches.at(-1)?.push(stream[n] as ProducerRecord);
          if (cut) batches.push([]);
        }
        const out = batches.flatMap((batch) => guard.apply(batch).records);
        expect(out.map(({ value }) => value?.toString())).toEqual(items.map((_, n) => String(n)));
        const parked = new Set<string>();
        for (const [n, { key, bad }] of items.entries()) {
          if (bad) parked.add(key);
          expect(out[n]?.topic).toBe(parked.has(key) ? 'dead' : 'orders');
        }
        expect(guard.size).toBe(parked.size);
      }),
    );
  });
});
