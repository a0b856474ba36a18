import { topicNames } from '#contracts';
import { partitionOf, type TopicState } from '#kafka';
import { outboxRow, type RowText } from '../test/outbox.rows.ts';
import type { Poison } from './dead.letter.ts';
import { RecordEncoder } from './record.encoder.ts';
import type { EncodedRecord } from './row.preset.ts';

interface Encoded {
  readonly record: EncodedRecord;
  readonly poisons: Poison[];
  readonly encoder: RecordEncoder;
}

const TOPIC: TopicState = { partitions: 6, maxMessageBytes: 2000 };

function encode(
  change: RowText = {},
  options: { sourceName?: string; known?: (topic: string) => TopicState | undefined } = {},
): Encoded {
  const poisons: Poison[] = [];
  const encoder = new RecordEncoder({
    sourceName: options.sourceName ?? 'shop',
    topics: topicNames('p.'),
    findTopic: options.known ?? (() => TOPIC),
    onPoison: (poison) => poisons.push(poison),
  });
  return { record: encoder.encode(outboxRow(change)), poisons, encoder };
}

describe('record encoder', () => {
  it('names the topic, keeps key and payload as they are, and picks the partition', () => {
    const { record, poisons } = encode();
    const key = Buffer.from('42');
    expect(record).toMatchObject({
      topic: 'p.shop.order',
      key,
      value: Buffer.from('{"a": 1}'),
      partition: partitionOf(key, 6),
    });
    expect(record.headers.get('ce_source')?.toString()).toBe('/shop');
    expect(poisons).toEqual([]);
  });

  it.each<[string, RowText, string]>([
    ['the partition key', { partitionKey: 'k' }, 'k'],
    ['the aggregate id where there is no partition key', { partitionKey: null }, '42'],
    ['the aggregate id where the partition key is empty', { partitionKey: '' }, '42'],
  ])('takes %s as the key', (_, change, key) => {
    expect(encode(change).record.key?.toString()).toBe(key);
  });

  it.each([
    ['shop', 'Order', 'p.shop.Order'],
    ['crm', 'Leads', 'p.crm.leads'],
    ['crm', 'sites.user', 'p.sites.user'],
    ['shop', 'sites.user', 'p.shop.sites.user'],
  ])('names the topic of %s and %s', (sourceName, aggregateType, topic) => {
    expect(encode({ aggregateType }, { sourceName }).record.topic).toBe(topic);
  });

  it('lets a scheduled event of the integration database speak for its product', () => {
    const { record } = encode({ aggregateType: 'sites.user' }, { sourceName: 'crm' });
    expect(record.headers.get('ce_source')?.toString()).toBe('/sites');
  });

  it.each<[string, RowText]>([
    ['aggregate_type is empty', { aggregateType: '' }],
    ['aggregate_type makes no name for a topic', { aggregateType: 'a b' }],
    ['partition_key and aggregate_id are empty', { aggregateId: '' }],
    ['payload is null', { payload: null }],
    ['event_type is empty', { eventType: '' }],
    ['headers is no JSON object', { headers: '[]' }],
  ])('sends a row to the dead letters: %s', (reason, change) => {
    const { record, poisons } = encode(change);
    expect(record.topic).toBe('p.causeway.dead-letters');
    expect(record.headers.get('causeway_reason')?.toString()).toBe(reason);
    expect(record.headers.get('causeway_error')?.toString()).toBe('OUTBOX_ROW_INVALID');
    expect(record.headers.get('ce_id')?.toString()).toBe('018f3c5e-7b1a-7cc0-8a3f-1234567890ab');
    expect(poisons).toMatchObject([{ reason }]);
  });

  it('leaves a payload out that is too large even for the dead letters', () => {
    const { record, poisons } = encode({ payload: `{"a": "${'x'.repeat(3000)}"}` });
    expect(record).toMatchObject({ topic: 'p.causeway.dead-letters', value: null });
    expect(record.headers.get('causeway_value_omitted')?.toString()).toBe('true');
    expect(record.headers.get('ce_type')?.toString()).toBe('order.placed');
    expect(poisons).toHaveLength(1);
  });

  it('keeps the payload of a dead letter that fits', () => {
    const known = (topic: string): TopicState => ({
      partitions: 1,
      maxMessageBytes: topic.endsWith('dead-letters') ? 10_000 : 500,
    });
    const payload = `{"a": "${'x'.repeat(3000)}"}`;
    expect(encode({ payload }, { known }).record.value?.toString()).toBe(payload);
  });

  it('places a record once its topic is known', () => {
    let state: TopicState | undefined;
    const { record, encoder, poisons } = encode({}, { known: () => state });
    expect(record.partition).toBeUndefined();
    state = TOPIC;
    expect(encoder.place(record)).toEqual(encode().record);
    state = { partitions: 6, maxMessageBytes: 100 };
    expect(encoder.place(record).topic).toBe('p.causeway.dead-letters');
    expect(poisons).toHaveLength(1);
  });
});
