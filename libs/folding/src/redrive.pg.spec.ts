import { sql } from 'kysely';
import { z } from 'zod';
import type { JsonObject } from '#contracts';
import { defineMapping, type Mapping } from '#mapping';
import { transaction } from '#postgres';
import { aRecord, anEvent, integrationDatabase, type IntegrationContext } from '#testing';
import type { EventRecord } from './event.record.ts';
import { foldSteps } from './fold.engine.ts';
import { eventStep } from './fold.step.ts';
import { readRecord } from './record.reading.ts';
import { redriveSetAside, type RedriveReport } from './redrive.ts';
import type { SetAsideSelection } from './set-aside.selection.ts';
import { storeSetAside } from './set-aside.store.ts';

let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('redrive');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
});
afterAll(() => context[Symbol.asyncDispose]());

/** Keeps the words of its events in order. `types`: those that this version of the pack knows. */
function words(...types: string[]): Mapping {
  return defineMapping({
    name: 'words',
    product: 'portal',
    version: 1,
    destination: 'zoho-crm',
    topics: ['user'],
    events: Object.fromEntries(types.map((type) => [type, { 1: z.object({ word: z.string() }) }])),
    initial: { said: [] as string[] },
    fold: Object.fromEntries(
      types.map((type) => [
        type,
        ({ said }: { said: string[] }, { data }: { data: { word: string } }) => ({ said: [...said, data.word] }),
      ]),
    ),
    project: ({ said }) => [
      {
        module: 'Leads',
        identity: { field: 'External_User_ID', value: '42' },
        fields: { Description: said.join(' ') },
      },
    ],
    setup: {},
    scopes: [],
  });
}

const before = words('user.said');
const after = words('user.said', 'user.whispered');

let offset = 0;
function record(
  type: string,
  word: string,
  seed: { tenantId?: string; id?: string; partition?: number } = {},
): EventRecord {
  const { tenantId = 'portal', id = `${type}-${word}`, partition = 0 } = seed;
  offset += 1;
  return aRecord(anEvent({ id, type, tenantId, data: { word } }), { offset: String(offset), partition });
}

/** As the mapper takes a batch. */
async function take(mapping: Mapping, ...records: EventRecord[]): Promise<void> {
  const readings = records.map((each) => readRecord(each, mapping));
  await transaction(context.db, async (trx) => {
    const unusable = readings.flatMap((reading) =>
      reading.code === undefined ? [] : [{ ...reading, admitted: false }],
    );
    await storeSetAside(trx, unusable);
    const steps = readings.flatMap((reading) =>
      reading.code === undefined ? [eventStep(reading.event, { record: reading.record, entityType: 'user' })] : [],
    );
    await foldSteps(trx, { mapping, steps });
  });
}

const redrive = (mapping: Mapping, selection: SetAsideSelection = {}, batchSize = 2): Promise<RedriveReport> =>
  redriveSetAside(context.db, { mappings: [mapping], topicPrefix: '', selection, batchSize });

async function said(): Promise<unknown> {
  const { rows } = await sql<{ state: JsonObject | null }>`select state from relay.states`.execute(context.db);
  return rows[0]?.state?.['said'];
}

async function open(): Promise<unknown[]> {
  const { rows } = await sql<{ line: unknown }>`
    select jsonb_build_array(event_id, code, redrives) as line from relay.set_aside
     where redriven_at is null order by topic, partition, "offset"`.execute(context.db);
  return rows.map(({ line }) => line);
}

describe('redriveSetAside', () => {
  it('folds what a new version of the pack knows, once, in the order of Kafka', async () => {
    await take(before, ...['a', 'b', 'c', 'd', 'e'].map((word) => record('user.whispered', word)));
    await take(before, record('user.said', 'x'));
    expect(await open()).toHaveLength(5);
    expect(await redrive(after)).toEqual({ folded: 5, repeated: 0, failed: 0, unread: 0 });
    expect(await said()).toEqual(['x', 'a', 'b', 'c', 'd', 'e']);
    expect(await open()).toEqual([]);
    expect(await redrive(after)).toEqual({ folded: 0, repeated: 0, failed: 0, unread: 0 });
  });

  it('leaves what still cannot be used, with the reason of this time', async () => {
    await take(before, record('user.whispered', 'a', { tenantId: 'nobody' }), record('user.shouted', 'b'));
    expect(await open()).toEqual([
      ['user.whispered-a', 'CONNECTION_MISSING', 0],
      ['user.shouted-b', 'unknown_event', 0],
    ]);
    await context.addConnection({ id: 'c2', tenantId: 'nobody' });
    expect(await redrive(before)).toEqual({ folded: 0, repeated: 0, failed: 2, unread: 0 });
    expect(await open()).toEqual([
      ['user.whispered-a', 'unknown_event', 1],
      ['user.shouted-b', 'unknown_event', 1],
    ]);
    expect(await redrive(after)).toEqual({ folded: 1, repeated: 0, failed: 1, unread: 0 });
    expect(await open()).toEqual([['user.shouted-b', 'unknown_event', 2]]);
  });

  it('drops the second delivery of what was set aside, before and after the redrive', async () => {
    await take(before, record('user.whispered', 'a'));
    await take(before, record('user.whispered', 'a'));
    expect(await open()).toHaveLength(1);
    await redrive(after);
    await take(after, record('user.whispered', 'a'));
    expect(await said()).toEqual(['a']);
  });

  it('folds an event once that was set aside at two places before the inbox knew it', async () => {
    const [first, second] = [record('user.said', 'a', { id: 'e1' }), record('user.said', 'a', { id: 'e1' })];
    await transaction(context.db, (trx) =>
      storeSetAside(
        trx,
        [first, second].map((each) => ({ record: each, code: 'EVENT_UNMAPPED', field: 'source', admitted: false })),
      ),
    );
    expect(await redrive(before)).toEqual({ folded: 1, repeated: 1, failed: 0, unread: 0 });
    expect(await said()).toEqual(['a']);
  });

  it('folds a record once when two people redrive at the same moment', async () => {
    await take(before, ...['a', 'b', 'c', 'd', 'e', 'f'].map((word) => record('user.whispered', word)));
    const reports = await Promise.all([redrive(after), redrive(after), redrive(after)]);
    expect(reports.reduce((sum, { folded }) => sum + folded, 0)).toBe(6);
    expect(await open()).toEqual([]);
    expect((await said()) as string[]).toHaveLength(6);
  });

  it('takes those that are selected and leaves the others', async () => {
    await context.addConnection({ id: 'c2', tenantId: 'other' });
    await take(before, record('user.whispered', 'a'), record('user.whispered', 'b', { tenantId: 'other' }));
    const { rows } = await sql<{ id: string }>`select id::text from relay.set_aside order by id`.execute(context.db);
    const [first = ''] = rows.map(({ id }) => id);
    const nothing: SetAsideSelection[] = [
      { code: 'EVENT_MALFORMED' },
      { topic: 'portal.site' },
      { tenantId: 'nobody' },
      { since: new Date('2999-01-01') },
      { until: new Date('2000-01-01') },
      { ids: ['999999'] },
      { ids: [first], tenantId: 'other' },
    ];
    for (const selection of nothing) expect(await redrive(after, selection)).toMatchObject({ folded: 0, failed: 0 });
    expect(await redrive(after, { tenantId: 'other', code: 'unknown_event' })).toMatchObject({ folded: 1 });
    expect(await redrive(after, { ids: [first] })).toMatchObject({ folded: 1 });
  });

  it('leaves records of a topic that no loaded pack reads, and of one that is no event', async () => {
    const other = { ...record('user.said', 'a'), topic: 'shop.order' };
    const broken = { ...record('user.said', 'b'), value: Buffer.from('{') };
    await take(before, broken);
    await transaction(context.db, (trx) =>
      storeSetAside(trx, [{ record: other, code: 'unknown_event', field: 'type', admitted: true }]),
    );
    expect(await redrive(after)).toEqual({ folded: 0, repeated: 0, failed: 1, unread: 1 });
    expect(await open()).toEqual([
      ['user.said-b', 'EVENT_MALFORMED', 1],
      ['user.said-a', 'unknown_event', 0],
    ]);
  });
});
