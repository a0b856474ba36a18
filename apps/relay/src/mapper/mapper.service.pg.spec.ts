import { sql } from 'kysely';
import { z } from 'zod';
import type { CausewayEvent, JsonObject } from '#contracts';
import type { BatchRecord } from '#kafka';
import { defineMapping, type Mapping } from '#mapping';
import { createRegistry, type Registry } from '#observability';
import { loadPack } from '#packs';
import {
  aBatch,
  anEvent,
  aRecord,
  capturedLogger,
  integrationDatabase,
  type CapturedLogger,
  type IntegrationContext,
} from '#testing';
import { mapperMetrics } from './mapper.metrics.ts';
import { MapperService } from './mapper.service.ts';

let context: IntegrationContext;
let signupLead: Mapping;
let captured: CapturedLogger;
let registry: Registry;
let mapper: MapperService;

beforeAll(async () => {
  context = await integrationDatabase('mapper');
  ({ mapping: signupLead } = await loadPack('signup-lead'));
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  captured = capturedLogger();
  mapper = mapperOf(signupLead);
});
afterAll(() => context[Symbol.asyncDispose]());

function mapperOf(...mappings: Mapping[]): MapperService {
  registry = createRegistry('spec');
  const { logger } = captured;
  return new MapperService({ db: context.db, mappings, topicPrefix: '', logger, metrics: mapperMetrics(registry) });
}

let lastOffset = 0;
/** Takes records that stand one after another, at places that no other batch of the suite has. */
async function take(...records: readonly BatchRecord[]): Promise<void> {
  const batch = aBatch(records, lastOffset);
  lastOffset += records.length;
  await mapper.take(batch);
}

const created = (user: string, data: JsonObject = {}, seed: Partial<CausewayEvent> = {}): CausewayEvent =>
  anEvent({ id: `created-${user}`, subject: user, data: { id: user, full_name: 'Ana Lovelace', ...data }, ...seed });

async function rows(table: string): Promise<Record<string, unknown>[]> {
  return (await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(context.db)).rows;
}
const commands = async (): Promise<string[]> =>
  (
    await sql<{ line: string }>`
    select entity_id || ' ' || operation || ' ' || fields::text as line from ledger.commands order by id`.execute(
      context.db,
    )
  ).rows.map(({ line }) => line);
const folds = async (): Promise<unknown[]> =>
  (
    await sql<{ fold: unknown }>`
    select jsonb_build_array(event_id, verdict, reason, commands) as fold from relay.folds order by id`.execute(
      context.db,
    )
  ).rows.map(({ fold }) => fold);
const metric = async (name: string): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith(`causeway_mapper_${name}`));

describe('MapperService', () => {
  it('reads the topics of its packs', () => {
    expect(mapper.topics).toEqual(['portal.user']);
    const { logger } = captured;
    const options = { db: context.db, mappings: [signupLead], logger, metrics: mapperMetrics(createRegistry('other')) };
    expect(new MapperService({ ...options, topicPrefix: 'test.' }).topics).toEqual(['test.portal.user']);
  });

  it('stores fold, state and commands of a batch', async () => {
    await take(
      aRecord(created('1')),
      aRecord(created('2', { full_name: 'Grace Hopper', phone: '5' })),
      aRecord(anEvent({ id: 'deleted-1', type: 'user.deleted', subject: '1', data: { id: '1' } })),
    );
    expect(await commands()).toEqual([
      '1 write {"Last_Name": "Lovelace", "First_Name": "Ana", "External_User_ID": "1"}',
      '2 write {"Phone": "5", "Last_Name": "Hopper", "First_Name": "Grace", "External_User_ID": "2"}',
      '1 delete {}',
    ]);
    expect(await folds()).toEqual([
      ['created-1', 'applied', null, 1],
      ['created-2', 'applied', null, 1],
      ['deleted-1', 'applied', null, 1],
    ]);
    expect((await rows('relay.states')).map(({ mapping, key, state }) => [mapping, key, state])).toEqual(
      expect.arrayContaining([
        ['signup-lead', '1', expect.objectContaining({ gone: true, lastName: null })],
        ['signup-lead', '2', expect.objectContaining({ gone: false, lastName: 'Hopper' })],
      ]),
    );
    expect(await rows('relay.set_aside')).toEqual([]);
  });

  it('notes when the event happened and when it was produced', async () => {
    await take(aRecord(created('1', {}, { time: '2026-03-01T10:00:00.5+02:00' }), { timestamp: 1_772_400_000_123 }));
    expect(await rows('relay.folds')).toEqual([
      expect.objectContaining({
        event_type: 'user.created',
        tenant_id: 'portal',
        key: '1',
        occurred_at: new Date('2026-03-01T08:00:00.500Z'),
        produced_at: new Date(1_772_400_000_123),
      }),
    ]);
    expect(await rows('ledger.commands')).toEqual([
      expect.objectContaining({ occurred_at: new Date('2026-03-01T08:00:00.500Z'), entity_type: 'user', lane: 'live' }),
    ]);
  });

  it('applies an event once that comes twice in a batch', async () => {
    await take(aRecord(created('1')), aRecord(created('1')));
    expect(await commands()).toHaveLength(1);
    expect(await folds()).toHaveLength(1);
    expect(await metric('repeated_total')).toEqual([expect.stringMatching(/ 1$/)]);
  });

  it('applies an event once that comes again later', async () => {
    await take(aRecord(created('1')));
    await take(aRecord(created('1', { full_name: 'Somebody Else' })), aRecord(created('2')));
    expect(await folds()).toEqual([
      ['created-1', 'applied', null, 1],
      ['created-2', 'applied', null, 1],
    ]);
  });

  it('applies each event once when two processes take the same batch at the same moment', async () => {
    const batch = aBatch(
      Array.from({ length: 50 }, (_, index) => aRecord(created(`u${index}`))),
      10_000,
    );
    await Promise.all([mapper.take(batch), mapper.take(batch), mapper.take(batch)]);
    expect(await commands()).toHaveLength(50);
    expect(await folds()).toHaveLength(50);
  });

  it('makes no command of a fact that is told again under a new id', async () => {
    await take(aRecord(created('1')));
    await take(aRecord(created('1', {}, { id: 'again' })));
    expect(await commands()).toHaveLength(1);
    expect(await folds()).toEqual([
      ['created-1', 'applied', null, 1],
      ['again', 'applied', null, 0],
    ]);
  });

  it('ignores what changes nothing, with the reason', async () => {
    await take(aRecord(anEvent({ id: 'e1', type: 'user.deleted', subject: '1', data: { id: '1' } })));
    expect(await folds()).toEqual([['e1', 'ignored', 'unknown_user', 0]]);
    expect(await rows('relay.set_aside')).toEqual([]);
  });

  it('notes problems, and names them without the value', async () => {
    await take(aRecord(created('1', { email: 'no-address-of-ana' })));
    expect(await commands()).toHaveLength(1);
    expect(await rows('relay.folds')).toEqual([
      expect.objectContaining({ verdict: 'applied', problems: [{ code: 'invalid_value', field: 'email' }] }),
    ]);
    expect(captured.lines).toEqual([
      expect.objectContaining({ level: 'warn', eventId: 'created-1', code: 'invalid_value', field: 'email' }),
    ]);
    expect(JSON.stringify(captured.lines)).not.toContain('no-address');
    expect(await metric('problems_total')).toEqual([expect.stringContaining('code="invalid_value"')]);
  });

  it('folds for a connection that is paused, and its commands wait', async () => {
    await sql`update connections.connections set state = 'paused'`.execute(context.db);
    await take(aRecord(created('1')));
    expect(await commands()).toHaveLength(1);
  });

  it('takes nothing of a topic that no pack reads', async () => {
    await expect(mapper.take(aBatch([aRecord(created('1'), { topic: 'portal.order' })]))).rejects.toThrow(
      'no pack reads topic portal.order',
    );
  });

  it('keeps nothing when Postgres fails, so that the batch can be taken again', async () => {
    await sql`alter table ledger.commands rename to commands_away`.execute(context.db);
    try {
      await expect(take(aRecord(created('1')))).rejects.toMatchObject({ code: '42P01' });
    } finally {
      await sql`alter table ledger.commands_away rename to commands`.execute(context.db);
    }
    for (const table of ['inbox.processed', 'relay.states', 'relay.folds']) expect(await rows(table)).toEqual([]);
    await take(aRecord(created('1')));
    expect(await commands()).toHaveLength(1);
  });
});

describe('what is set aside', () => {
  const setAside = async (): Promise<unknown[]> =>
    (
      await sql<{ entry: unknown }>`
      select jsonb_build_array(event_id, code, field) as entry from relay.set_aside order by "offset"`.execute(
        context.db,
      )
    ).rows.map(({ entry }) => entry);

  it.each<[string, BatchRecord, unknown[]]>([
    [
      'a malformed event',
      aRecord(anEvent({ id: 'bad' }), { value: Buffer.from('{"email": "ana@') }),
      ['bad', 'EVENT_MALFORMED', 'data'],
    ],
    ['no value at all', aRecord(anEvent({ id: 'bad' }), { value: null }), ['bad', 'EVENT_MALFORMED', 'data']],
    ['no header at all', aRecord(anEvent(), { headers: {} }), [null, 'EVENT_MALFORMED', 'id']],
    [
      'an unknown type',
      aRecord(created('1', {}, { id: 'bad', type: 'user.vanished' })),
      ['bad', 'unknown_event', 'type'],
    ],
    ['an unknown version', aRecord(created('1', {}, { id: 'bad', version: 7 })), ['bad', 'unknown_event', 'version']],
    [
      'an event with no mapping',
      aRecord(created('1', {}, { id: 'bad', source: '/learning' })),
      ['bad', 'EVENT_UNMAPPED', 'source'],
    ],
    [
      'a missing connection',
      aRecord(created('1', {}, { id: 'bad', tenantId: 'nobody' })),
      ['bad', 'CONNECTION_MISSING', 'tenantId'],
    ],
    ['a missing value', aRecord(anEvent({ id: 'bad', data: {} })), ['bad', 'missing_value', 'id']],
    [
      'an id that is none',
      aRecord(created('x'.repeat(65), {}, { id: 'bad' })),
      ['bad', 'invalid_value', 'aggregate_id'],
    ],
  ])('%s: kept with its reason, told, and the next event goes on', async (...[, record, entry]) => {
    await take(record, aRecord(created('1')));
    expect(await setAside()).toEqual([entry]);
    expect(await commands()).toHaveLength(1);
    const [, code, field] = entry;
    expect(captured.lines).toEqual([expect.objectContaining({ level: 'warn', code, field, topic: 'portal.user' })]);
    expect(await metric('set_aside_total')).toEqual([expect.stringContaining(`code="${String(code)}"`)]);
  });

  it('is kept byte for byte, to be redriven', async () => {
    const value = Buffer.from([0x7b, 0x00, 0xff, 0x0a]);
    const key = Buffer.from([0x00, 0xfe]);
    await take(aRecord(anEvent({ id: 'bad' }), { key, value }));
    expect(await rows('relay.set_aside')).toEqual([
      expect.objectContaining({
        topic: 'portal.user',
        partition: 0,
        event_id: 'bad',
        event_type: 'user.created',
        subject: '42',
        tenant_id: 'portal',
        record_key: key,
        record_value: value,
        record_headers: expect.objectContaining({ ce_id: 'bad', ce_source: '/portal', ce_specversion: '1.0' }),
      }),
    ]);
  });

  it('is kept once when the record is read again', async () => {
    const batch = aBatch([aRecord(anEvent({ id: 'bad' }), { value: null })], 20_000);
    await mapper.take(batch);
    await mapper.take(batch);
    expect(await setAside()).toHaveLength(1);
  });

  it('leaves state and commands as they are', async () => {
    await take(aRecord(created('1')));
    const [before] = await rows('relay.states');
    await take(aRecord(created('1', {}, { id: 'bad', type: 'user.vanished' })));
    // But for its place in the order of the key.
    expect(await rows('relay.states')).toEqual([{ ...before, sequence: '2' }]);
    expect(await commands()).toHaveLength(1);
  });

  it('holds a pack that throws: its events, and no others', async () => {
    const faulty = defineMapping({
      name: 'faulty',
      product: 'shop',
      version: 1,
      destination: 'zoho-crm',
      events: { 'order.placed': { 1: z.object({}) } },
      initial: {},
      fold: {
        'order.placed': () => {
          throw new Error('a bug in the pack');
        },
      },
      project: () => [],
      setup: {},
      scopes: [],
    });
    mapper = mapperOf(signupLead, faulty);
    const order = anEvent({ id: 'order', source: '/shop', type: 'order.placed', subject: '9' });
    await take(aRecord(order, { topic: 'shop.order' }));
    await take(aRecord(created('1')));
    expect(await setAside()).toEqual([['order', 'MAPPING_FAILED', 'data']]);
    expect(await commands()).toHaveLength(1);
  });

  it.each<[string, BatchRecord]>([
    ['a time that is none', aRecord(created('1', {}, { id: 'bad', time: 'yesterday' }))],
    ['a day that is none', aRecord(created('1', {}, { id: 'bad', time: '2026-02-30T10:00:00Z' }))],
    [
      'a time that is none, of an unknown event',
      aRecord(created('1', {}, { id: 'bad', type: 'user.x', time: 'now-ish' })),
    ],
    ['a NUL in the id', aRecord(created('1', {}, { id: 'b\0ad' }))],
    ['a NUL in the type', aRecord(created('1', {}, { id: 'bad', type: 'user.\0' }))],
    ['a NUL in the key', aRecord(created('1', {}, { id: 'bad', key: '\0' }))],
    [
      'a NUL in the name of a header',
      aRecord(created('1', {}, { id: 'bad' }), { value: null, headers: { 'x\0y': 'z' } }),
    ],
    ['an id that no index can hold', aRecord(created('1', {}, { id: 'bad', key: randomText(3000) }))],
    ['an event id that no index can hold', aRecord(created('1', {}, { id: randomText(3000) }))],
    [
      'data nested very deep',
      aRecord(created('1', {}, { id: 'bad', type: 'user.x' }), { value: Buffer.from(deep(9000)) }),
    ],
    ['a NUL in an id that the pack keeps', aRecord(created('a\0b', {}, { id: 'bad', subject: 'ab', key: 'ab' }))],
  ])('regression: %s does not stop the partition', async (_what, record) => {
    await take(record, aRecord(created('1')));
    expect(await setAside()).toHaveLength(1);
    expect(await commands()).toHaveLength(1);
  });
});

/** Text that Postgres cannot make shorter. */
function randomText(length: number): string {
  return Array.from({ length }, () => Math.floor(Math.random() * 36).toString(36)).join('');
}

function deep(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}
