import fc from 'fast-check';
import { topicNames } from '#contracts';
import type { TopicState } from '#kafka';
import type { Row } from '#replication';
import { routerRow } from '../../test/router.rows.ts';
import type { EncodedRecord } from '../row.preset.ts';
import { debeziumOptionsSchema } from '#config';
import { EventRouter } from './event.router.ts';
import { LayoutPacker } from './layout.packer.ts';

const STATE: TopicState = { partitions: 6, maxMessageBytes: 2000 };
const options = debeziumOptionsSchema.parse({ 'table.fields.additional.placement': 'type:header:eventType' });

function router(): EventRouter {
  return new EventRouter({
    topics: topicNames('p.'),
    findTopic: () => STATE,
    onPoison: () => undefined,
    table: { schema: 'public', table: 'outbox' },
    options,
    topicPrefix: 'p.',
    logger: { warn: () => undefined, error: () => undefined },
  });
}

/** The router as it is, and without its fast way. */
function both(row: Row): { fast: EncodedRecord; full: EncodedRecord } {
  const fast = router().encode(row);
  const pack = Object.getOwnPropertyDescriptor(LayoutPacker.prototype, 'pack') ?? {};
  Object.defineProperty(LayoutPacker.prototype, 'pack', { ...pack, value: () => undefined });
  try {
    return { fast, full: router().encode(row) };
  } finally {
    Object.defineProperty(LayoutPacker.prototype, 'pack', pack);
  }
}

const asRead = ({ topic, partition, key, value, headers, timestamp }: EncodedRecord): object => ({
  topic,
  partition,
  timestamp,
  key: key?.toString('hex') ?? null,
  value: value?.toString('hex') ?? null,
  headers: [...headers].map(([name, header]) => [name, header?.toString('hex') ?? null]),
});

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom('', 'order', 'a b'));
const value = fc.oneof(text, fc.constantFrom(null, undefined), fc.constant('x'.repeat(3000)));

describe('layout packer', () => {
  it('makes the same record as the router does in full, of every row', () => {
    let packed = 0;
    const row = fc.record({
      id: text,
      aggregatetype: fc.constantFrom('order', 'customer', 'a b', '', null),
      aggregateid: fc.option(text),
      type: fc.option(text),
      payload: value,
    });
    fc.assert(
      fc.property(row, (change) => {
        const { fast, full } = both(routerRow(change));
        expect(asRead(fast)).toEqual(asRead(full));
        if ('slab' in fast) packed += 1;
      }),
      { numRuns: 500 },
    );
    expect(packed).toBeGreaterThan(50);
  });
});
