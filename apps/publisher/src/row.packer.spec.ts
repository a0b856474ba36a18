import fc from 'fast-check';
import { topicNames } from '#contracts';
import type { TopicState } from '#kafka';
import type { Relation, Row } from '#replication';
import { silentLogger } from '#testing';
import { outboxRow, rowOfStream, type RowText } from '../test/outbox.rows.ts';
import type { Poison } from './dead.letter.ts';
import { OutboxReader } from './outbox.columns.ts';
import { createPreset } from './preset.factory.ts';
import { RecordEncoder } from './record.encoder.ts';
import type { EncodedRecord, PresetParts, RowPreset } from './row.preset.ts';

const OUTBOX = { schema: 'outbox', table: 'events' };
const ROOMY: TopicState = { partitions: 6, maxMessageBytes: 10_000 };
type Known = (topic: string) => TopicState | undefined;

/** The way that the publisher takes, and the slow one that says everything. */
function both(row: Row, known: Known = () => ROOMY): { fast: EncodedRecord; full: EncodedRecord; poisons: Poison[] } {
  const poisons: Poison[] = [];
  const parts = { topics: topicNames('p.'), findTopic: known, onPoison: (poison: Poison) => poisons.push(poison) };
  const preset = presetOf(parts);
  const encoder = new RecordEncoder({ sourceName: 'shop', ...parts });
  return { fast: preset.encode(row), full: encoder.encode(new OutboxReader(OUTBOX).read(row)), poisons };
}

function presetOf(parts: PresetParts): RowPreset {
  return createPreset(
    { sourceName: 'shop', rows: { preset: 'causeway', table: OUTBOX } } as Parameters<typeof createPreset>[0],
    { ...parts, logger: silentLogger },
  );
}

const asRead = ({ topic, partition, key, value, headers }: EncodedRecord): object => ({
  topic,
  partition,
  key: key?.toString('hex'),
  value: value?.toString('hex'),
  headers: [...headers].map(([name, header]) => [name, header?.toString('hex')]),
});

const text = fc.oneof(fc.string({ maxLength: 60, unit: 'grapheme' }), fc.constantFrom('', 'a', 'order', '42'));
const time = fc.constantFrom(
  '2026-01-02 03:04:05+00',
  '2026-01-02 03:04:05.678901+00',
  'infinity',
  '0044-03-15 12:00:00+00 BC',
);
const headers = fc.constantFrom(
  '{}',
  '{"traceparent": "00-ab-cd-01"}',
  '{"a": "é🙂", "n": 1, "b": true, "none": null}',
  '{"ce_id": "forged"}',
  '{"a b": "x"}',
  '[]',
);
const row: fc.Arbitrary<RowText> = fc.record(
  {
    id: text,
    aggregateType: fc.constantFrom('order', 'customer', 'a b', ''),
    aggregateId: text,
    eventType: text,
    eventVersion: fc.option(fc.constantFrom('1', '12')),
    partitionKey: fc.option(text),
    tenantId: fc.option(text),
    payload: fc.option(fc.json()),
    headers: fc.option(headers),
    occurredAt: fc.option(time),
  },
  { requiredKeys: [] },
);

describe('row packer', () => {
  it('makes the same record as the full encoder, of every row', () => {
    let packed = 0;
    fc.assert(
      fc.property(row, (change) => {
        const { fast, full } = both(rowOfStream(change));
        expect(asRead(fast)).toEqual(asRead(full));
        if ('slab' in fast) packed += 1;
      }),
      { numRuns: 1000 },
    );
    // Were nothing packed, nothing would be compared.
    expect(packed).toBeGreaterThan(50);
  });

  it.each<[string, RowText]>([
    ['an event', {}],
    ['one with headers of its own', { headers: '{"traceparent": "00-1-2-01", "n": 3}' }],
    ['one without a tenant', { tenantId: null }],
    ['one of an unknown version', { eventVersion: null }],
  ])('packs %s', (_, change) => {
    const { fast, full } = both(rowOfStream(change));
    expect('slab' in fast).toBe(true);
    expect(asRead(fast)).toEqual(asRead(full));
  });

  it('leaves a row to the full encoder that may be too large, or is not as it should be', () => {
    const { fast, poisons } = both(rowOfStream({ payload: `"${'x'.repeat(20_000)}"` }));
    expect(fast).toMatchObject({ topic: 'p.causeway.dead-letters' });
    expect(poisons[0]?.reason).toMatch(/the topic takes 10000/);
  });

  it('places a packed record once its topic is known', () => {
    let state: TopicState | undefined;
    const parts = { topics: topicNames('p.'), findTopic: () => state, onPoison: () => undefined };
    const preset = presetOf(parts);
    const record = preset.encode(rowOfStream());
    expect(record.partition).toBeUndefined();
    state = ROOMY;
    expect(asRead(preset.place(record) as EncodedRecord)).toEqual(asRead(both(rowOfStream()).fast));
  });

  it('finds columns by name, whatever their order', () => {
    const usual = rowOfStream();
    const relation: Relation = { ...usual.relation, columns: [...usual.relation.columns].toReversed() };
    const turned = rowOfStream({}, relation);
    expect(asRead(both(turned).fast)).toEqual(asRead(both(usual).fast));
    expect(new OutboxReader(OUTBOX).read(turned)).toEqual(outboxRow());
  });
});
