import { topicNames } from '#contracts';
import { partitionOf, type TopicState } from '#kafka';
import type { RowUpdate } from '#replication';
import { routerRow } from '../../test/router.rows.ts';
import type { Poison } from '../dead.letter.ts';
import { debeziumOptionsSchema } from '#config';
import { EventRouter } from './event.router.ts';

const TOPIC: TopicState = { partitions: 3, maxMessageBytes: 2000 };

function router(options: Record<string, unknown> = {}, known: TopicState | undefined = TOPIC) {
  const [poisons, warned, failed]: [Poison[], unknown[], unknown[]] = [[], [], []];
  const made = new EventRouter({
    table: { schema: 'public', table: 'outbox' },
    options: debeziumOptionsSchema.parse(options),
    topicPrefix: 'p.',
    topics: topicNames('p.'),
    findTopic: () => known,
    onPoison: (poison) => poisons.push(poison),
    logger: {
      warn: (fields: unknown) => warned.push(fields),
      error: (fields: unknown) => failed.push(fields),
    } as never,
  });
  return { router: made, poisons, warned, failed };
}

type Change = Parameters<typeof routerRow>[0];

/** A record in words: topic, key, value and headers. */
function encoded(options: Record<string, unknown>, change: Change = {}) {
  const { topic, key, value, headers, partition, timestamp } = router(options).router.encode(routerRow(change));
  return {
    topic: topic.slice('p.'.length),
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: [...headers].map(([name, header]) => `${name}=${header?.toString() ?? 'null'}`).join(' '),
    partition,
    timestamp,
  };
}

const placed = (fields: string) => ({ 'table.fields.additional.placement': fields });
const TOMBSTONES = { 'route.tombstone.on.empty.payload': true };
const EXPAND = { 'table.expand.json.payload': 'true' };

describe('event router', () => {
  it('sends what the original sends by default', () => {
    expect(encoded({})).toEqual({
      topic: 'outbox.event.order',
      key: '42',
      value: '{"a":1}',
      headers: 'id=e-1',
      partition: partitionOf(Buffer.from('42'), 3),
      timestamp: undefined,
    });
  });

  // Seen of the real router (npm run compat -- debezium).
  it.each<[string, Record<string, unknown>, Change, Partial<ReturnType<typeof encoded>>]>([
    ['an empty payload as it is', {}, { payload: '' }, { value: '' }],
    ['a null payload as a tombstone in any case', {}, { payload: null }, { value: null }],
    ['a blank payload as a tombstone where that is asked for', TOMBSTONES, { payload: ' \t\n ' }, { value: null }],
    ['a payload that is not empty as it is', TOMBSTONES, { payload: ' x ' }, { value: ' x ' }],
    ['no key for a null', {}, { aggregateid: null }, { key: null, partition: 0 }],
    ['an empty key', {}, { aggregateid: '' }, { key: '' }],
    ['another key', { 'table.field.event.key': 'big' }, { big: '-7' }, { key: '-7' }],
    ['another id', { 'table.field.event.id': 'type' }, {}, { headers: 'id=placed' }],
    ['another route', { 'route.by.field': 'type', 'route.topic.replacement': 'all' }, {}, { topic: 'all' }],
    [
      'headers',
      placed('type:header:eventType,tenant:header'),
      { tenant: null },
      { headers: 'id=e-1 eventType=placed tenant=null' },
    ],
    [
      'a header of a time',
      placed('seen:header'),
      { seen: '2026-03-04 05:06:07+00' },
      { headers: 'id=e-1 seen=2026-03-04T05:06:07.000000Z' },
    ],
    [
      'an envelope',
      placed('type:envelope:kind,part:envelope'),
      { part: '2' },
      { value: 'Struct{payload={"a":1},kind=placed,part=2}' },
    ],
    [
      'an envelope without its nulls',
      placed('part:envelope'),
      { payload: null, part: '2' },
      { value: 'Struct{part=2}' },
    ],
    [
      'a tombstone without its envelope',
      { ...TOMBSTONES, ...placed('part:envelope') },
      { payload: '', part: '2' },
      { value: null },
    ],
    ['the partition', placed('part:partition'), { part: '2' }, { partition: 2 }],
    [
      'the partition of the key where it is null',
      placed('part:partition'),
      { part: null },
      { partition: partitionOf(Buffer.from('42'), 3) },
    ],
    [
      'a field that is missing as nothing',
      { ...placed('x:header'), 'table.fields.additional.error.on.missing': false },
      {},
      { headers: 'id=e-1' },
    ],
    ['an expanded payload', EXPAND, { payload: '{"a":[1.5,null]}' }, { value: 'Struct{a=[1.5, null]}' }],
    [
      'an expanded payload in an envelope',
      { ...EXPAND, ...placed('type:envelope') },
      {},
      { value: 'Struct{payload=Struct{a=1},type=placed}' },
    ],
    ['a payload that cannot be expanded as it is', EXPAND, { payload: '[1]' }, { value: '[1]' }],
    [
      'the time of a column',
      { 'table.field.event.timestamp': 'happened' },
      { happened: '2026-03-04 05:06:07.123456' },
      { timestamp: 1_772_600_767_123 },
    ],
    ['no time for a null', { 'table.field.event.timestamp': 'happened' }, { happened: null }, { timestamp: undefined }],
    [
      'a binary payload as Java names it',
      { 'table.field.event.payload': 'bytes' },
      { bytes: String.raw`\x0102` },
      { value: 'java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]' },
    ],
    [
      'a binary payload as its bytes',
      {
        'table.field.event.payload': 'bytes',
        'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
        ...TOMBSTONES,
      },
      { bytes: String.raw`\x206f6b` },
      { value: ' ok' },
    ],
  ])('sends %s', (...[, options, change, record]) => {
    expect(encoded(options, change)).toMatchObject(record);
  });

  it('places a record once its topic is known', () => {
    let state: TopicState | undefined;
    const late = new EventRouter({
      table: { schema: 'public', table: 'outbox' },
      topicPrefix: '',
      topics: topicNames(),
      options: debeziumOptionsSchema.parse(placed('part:partition')),
      findTopic: () => state,
      onPoison: (poison) => expect(poison).toBeUndefined(),
      logger: {} as never,
    });
    const record = late.encode(routerRow({ part: '1' }));
    expect(record.partition).toBeUndefined();
    state = TOPIC;
    expect(late.place(record)).toMatchObject({ partition: 1, topic: 'outbox.event.order' });
  });

  it.each<[string, Record<string, unknown>, Change]>([
    ['aggregatetype is null', {}, { aggregatetype: null }],
    ['aggregatetype makes no name for a topic', {}, { aggregatetype: 'ö' }],
    ['the payload cannot be expanded', { ...EXPAND, ...placed('type:envelope') }, { payload: '[1]' }],
    ['there is no partition 3', placed('part:partition'), { part: '3' }],
    [
      'its timestamp is before 1970',
      { 'table.field.event.timestamp': 'happened' },
      { happened: '1969-12-31 23:59:59' },
    ],
    [
      'its timestamp is more than an hour ahead',
      { 'table.field.event.timestamp': 'happened' },
      { happened: '9999-01-01 00:00:00' },
    ],
    ['the record needs up to 3', {}, { payload: 'x'.repeat(3000) }],
  ])('sends a row to the dead letters because %s', (reason, options, change) => {
    const { router: made, poisons } = router(options, { ...TOPIC, maxMessageBytes: 2000 });
    expect(made.encode(routerRow(change)).topic).toBe('p.causeway.dead-letters');
    expect(poisons.map((poison) => poison.reason.slice(0, reason.length))).toEqual([reason]);
  });

  it.each<[string, Record<string, unknown>, Change]>([
    ['column=nowhere, problem=the publication does not send it', placed('nowhere:header'), {}],
    ['column=part, problem=it must be string', { 'route.by.field': 'part' }, { part: '1' }],
    ['column=part, problem=it must be int32', placed('big:partition:part'), { big: '1' }],
    [
      'column=seen, problem=it must be a timestamp without time zone',
      { 'table.field.event.timestamp': 'seen' },
      { seen: null },
    ],
    [
      'column=payload, problem=it must be bytes',
      { 'value.converter': 'io.debezium.converters.BinaryDataConverter' },
      {},
    ],
    [
      'column=type, problem=it must be int32',
      { 'table.field.event.schema.version': 'type', ...placed('type:envelope') },
      {},
    ],
  ])('stops at a table of another layout: %s', (problem, options, change) => {
    expect(() => router(options).router.encode(routerRow(change))).toThrow(
      expect.objectContaining({ code: 'OUTBOX_LAYOUT_MISMATCH', message: expect.stringContaining(problem) as string }),
    );
  });

  describe('updates', () => {
    const changed: RowUpdate = { relation: routerRow().relation, rekeyed: undefined, oldKey: undefined };

    it.each([
      ['warn', 1, 0],
      ['ERROR', 0, 1],
    ])('are told of as table.op.invalid.behavior %s says, and publish nothing', (behavior, warnings, errors) => {
      const { router: made, warned, failed } = router({ 'table.op.invalid.behavior': behavior });
      expect(made.update(changed)).toBeUndefined();
      expect([warned.length, failed.length]).toEqual([warnings, errors]);
    });

    it('stop the publisher where they are fatal', () => {
      const { router: made } = router({ 'table.op.invalid.behavior': 'fatal' });
      expect(() => made.update(changed)).toThrow(expect.objectContaining({ code: 'OUTBOX_ROW_UPDATED' }));
      expect(made.update({ ...changed, relation: { ...changed.relation, table: 'other' } })).toBeUndefined();
    });

    it('of the key are an event, with the old key and a word for what was not sent again', () => {
      const { router: made } = router({ 'table.op.invalid.behavior': 'fatal' });
      const rekeyed = routerRow({ id: 'e-2', payload: undefined });
      const oldKey = routerRow({ aggregatetype: null, aggregateid: null, type: null, payload: null });
      expect(made.update({ relation: rekeyed.relation, rekeyed, oldKey })).toBe(rekeyed);
      const { headers, value } = made.encode(rekeyed);
      expect([...headers].map(([name, header]) => `${name}=${String(header)}`)).toEqual([
        '__debezium.oldkey=Struct{id=e-1}',
        'id=e-2',
      ]);
      expect(value?.toString()).toBe('__debezium_unavailable_value');
    });
  });
});
