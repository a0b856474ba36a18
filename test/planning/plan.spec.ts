import { sql } from 'kysely';
import type { CausewayEvent, JsonObject } from '#contracts';
import { defineMapping, sameValue, type Mapping } from '#mapping';
import { applyPlan, makePlan, readPlanned, savePlan, showPlan, type PlannedRecord, type PlanRequest } from '#planning';
import { anEvent, integrationDatabase, type IntegrationContext } from '#testing';
import { z } from 'zod';
import { IDENTITY } from '../zoho/zoho.context.ts';
import { expectedCrm } from '../support/fold.oracle.ts';
import { PlanningScene } from './planning.scene.ts';

/**
 * A mapping with a bug, and its correction. The first version writes the number of badges into another field, cuts names, and counts one too
 * many; the second says it right, and asks for a note that the first one forgot.
 */
interface State {
  readonly user: string;
  readonly name: string;
  readonly phone: string | null;
  readonly count: number;
}

const initial: State = { user: '', name: 'Nobody', phone: null, count: 0 };
const told = { name: z.string().optional(), phone: z.string().nullable().optional() };

function mappingOf(version: number): Mapping {
  const isRight = version > 1;
  return defineMapping({
    name: 'planned',
    product: 'portal',
    version,
    destination: 'zoho-crm',
    topics: ['user'],
    events: { 'user.told': { 1: z.object(told) } },
    initial,
    fold: {
      'user.told': (state, { subject, data }, tools) => {
        const { name = state.name, phone = state.phone } = data;
        const parent = { module: 'Leads', identity: { field: IDENTITY, value: subject } };
        if (isRight && name === 'Ngaio') {
          tools.effect({ effect: 'note', key: `portal/hello/${subject}`, parent, title: 'Hello', content: null });
        }
        return { user: subject, name, phone, count: state.count + (isRight ? 1 : 2) };
      },
    },
    project: ({ user, name, phone, count }) => [
      {
        module: 'Leads',
        identity: { field: IDENTITY, value: user },
        fields: {
          Last_Name: isRight || name === 'Ngaio' ? name : name.slice(0, 2),
          Company: 'Causeway',
          ...(isRight ? { Phone: phone } : { Mobile: phone }),
          No_of_Employees: count,
        },
        onCreate: { City: 'Oslo' },
      },
    ],
    setup: {},
    scopes: [],
  });
}

const [wrong, right] = [mappingOf(1), mappingOf(2)];
const by = { by: 'ada', reason: 'the mapping was wrong' };

let database: IntegrationContext;
let scene: PlanningScene;
beforeAll(async () => {
  database = await integrationDatabase('planning');
});
beforeEach(async () => {
  scene = await PlanningScene.start(database);
});
afterEach(() => scene[Symbol.asyncDispose]());
afterAll(() => database[Symbol.asyncDispose]());

const event = (user: string, at: number, data: JsonObject): CausewayEvent =>
  anEvent({ id: `${user}-${at}`, type: 'user.told', subject: user, time: `2026-03-01T10:00:0${at}Z`, data });

/** Users with two events each. */
function lives(count: number): CausewayEvent[] {
  return Array.from({ length: count }, (_, at) => [
    event(`u${at}`, 1, { name: `Name ${at}`, phone: at % 3 === 0 ? null : `+47 9000 ${at}` }),
    event(`u${at}`, 2, { name: at % 5 === 0 ? 'Ngaio' : `Family ${at}` }),
  ]).flat();
}

const plan = (given: Partial<PlanRequest> = {}) =>
  makePlan(scene.sources, { kind: 'mapping', mapping: right, selection: {}, ...given });

/** What differs between the CRM before and after, in the form of a plan. */
function difference(
  before: Map<string, JsonObject>,
  after: Map<string, JsonObject>,
): Map<string, Record<string, unknown>> {
  const OWN = new Set([
    'Modified_Time',
    'Modified_By',
    'Last_Activity_Time',
    'Created_Time',
    'Created_By',
    'id',
    'Owner',
    'Full_Name',
  ]);
  return new Map(
    [...after].flatMap(([user, record]) => {
      const old = before.get(user) ?? {};
      const changed = [...new Set([...Object.keys(old), ...Object.keys(record)])].filter(
        (name) => !OWN.has(name) && !name.startsWith('$') && !sameValue(old[name] ?? null, record[name] ?? null),
      );
      return changed.length === 0
        ? []
        : [[user, Object.fromEntries(changed.map((name) => [name, record[name] ?? null]))]];
    }),
  );
}

const predicted = (records: readonly PlannedRecord[]): Map<string, Record<string, unknown>> =>
  new Map(
    records
      .filter(({ action }) => action !== 'effect')
      .map(({ command, differences }) => [
        String(command.identity.value),
        Object.fromEntries(differences.map(({ field, after }) => [field, after])),
      ]),
  );

const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<readonly T[]> =>
  (await query.execute(scene.database.db)).rows;

describe('a new version of a mapping', () => {
  it('what is predicted is what happens: to the field, the call and the credit, and as in a clean run', async () => {
    const events = lives(130);
    await scene.take(wrong, events);
    const before = await scene.leads(IDENTITY);
    const calls = await scene.callCount();
    const made = await plan();
    expect(made.totals).toMatchObject({
      keys: 130,
      states: 130,
      compared: 130,
      change: 130,
      create: 0,
      effect: 26,
      workflows: 0,
      workflowsHeld: 130,
      byField: { Last_Name: 104, Mobile: 86, No_of_Employees: 130, Phone: 86 },
    });
    expect(made.left).toEqual([]);
    expect(await scene.writes(calls)).toEqual({ calls: 0, credits: 0 });
    expect(await rows(sql`select 1 from relay.states where mapping_version = 2`)).toEqual([]);

    const id = await savePlan(scene.database.db, made, by);
    const kept = await readPlanned(scene.database.db, id, { from: 0, limit: 1000 });
    expect(kept.flatMap(({ records }) => records)).toEqual(made.batches.flat().flatMap(({ records }) => records));
    const checked = await scene.callCount();
    const report = await applyPlan(scene.sources, id, by);
    expect(report).toMatchObject({ keys: 130, commands: 156, stop: null, plan: { state: 'applied', applied: 130 } });
    const reads = (await scene.callCount()) - checked;
    expect(reads).toBeLessThanOrEqual(made.totals.checkCalls + (await scene.writes(checked)).calls);
    await scene.settle();
    const after = await scene.leads(IDENTITY);
    expect(difference(before, after)).toEqual(predicted(kept.flatMap(({ records }) => records)));
    expect(await scene.writes(checked)).toEqual({ calls: made.totals.calls, credits: made.totals.credits });

    const clean = expectedCrm(right, events);
    for (const { identity, fields } of clean.records) {
      const there = after.get(String(identity.value)) ?? {};
      const differs = Object.entries(fields).filter(([name, value]) => !sameValue(there[name] ?? null, value));
      expect([identity.value, differs, there['Mobile'] ?? null]).toEqual([identity.value, [], null]);
    }
    expect(clean.records).toHaveLength(130);
    expect((await scene.crm.look('notes'))['notes']).toHaveLength(clean.effects.length);
    // Nothing is left to do, and the states are those of a clean run.
    expect((await plan()).totals).toMatchObject({ states: 0, change: 0, effect: 0, equal: 130 });
    const audit = await rows(sql`select distinct verb, by_whom as by from ledger.audit order by verb`);
    expect(audit).toEqual([
      { verb: 'plan apply', by: 'ada' },
      { verb: 'plan save', by: 'ada' },
    ]);
  });

  it('names exactly those that are wrong: others are not written, and people keep what is theirs', async () => {
    const same = (user: string): CausewayEvent => event(user, 1, { name: 'Ngaio', phone: null });
    await scene.take(wrong, [
      same('deleted'),
      same('edited'),
      same('released'),
      same('lost'),
      event('parked', 1, { name: 'Al' }),
    ]);
    const leads = await scene.leads(IDENTITY);
    await scene.crm.act('delete', { module: 'Leads', match: { [IDENTITY]: 'lost' } });
    await scene.crm.act('edit', {
      module: 'Leads',
      match: { [IDENTITY]: 'edited' },
      fields: { Phone: '+47 1', Description: 'by hand', City: 'Bergen' },
    });
    await sql`insert into ledger.released (connection_id, record_key) values ('c1', 'Leads/released')`.execute(
      scene.database.db,
    );
    await sql`update ledger.links set lost_at = now() where record_key = 'Leads/deleted'`.execute(scene.database.db);
    await sql`
      update ledger.commands set state = 'parked', code = 'CRM_INVALID_DATA' where record_key = 'Leads/parked'`.execute(
      scene.database.db,
    );
    expect(leads.size).toBe(5);
    const made = await plan();
    expect(made.left.map(({ recordKey, reason }) => `${recordKey ?? ''} ${reason}`).sort()).toEqual([
      'Leads/deleted deleted_by_person',
      'Leads/deleted deleted_by_person',
      'Leads/lost gone',
      'Leads/parked parked',
      'Leads/released released',
      'Leads/released released',
    ]);
    const planned = made.batches.flat().flatMap(({ records }) => records);
    expect(
      planned.filter(({ action }) => action === 'change').map(({ recordKey, differences }) => [recordKey, differences]),
    ).toEqual([['Leads/edited', [{ field: 'No_of_Employees', before: 2, after: 1 }]]]);
  });

  it('reads the events of its keys and no others, and what was set aside stays aside', async () => {
    await scene.take(wrong, [...lives(3), event('u1', 3, { name: 5 })]);
    const made = await plan({ kind: 'replay', selection: { keys: ['u1'] } });
    expect(made.totals).toMatchObject({ keys: 1, change: 1, setAside: 0, left: {} });
    expect(scene.asked.sort()).toEqual(['u1-1', 'u1-2']);
  });

  it('a key whose events are not all kept is left alone', async () => {
    await scene.take(wrong, [
      event('u1', 1, { name: 'Ada' }),
      event('u1', 2, { name: 'Bea' }),
      event('u2', 1, { name: 'Cleo' }),
    ]);
    scene.forget('u1-1');
    const made = await plan();
    expect(made.left).toEqual([
      { tenantId: 'portal', key: 'u1', connectionId: '', recordKey: null, reason: 'history_incomplete' },
    ]);
    expect(made.batches.flat().map(({ key }) => key)).toEqual(['u2']);
  });
});

describe('the world changes between a plan and its application', () => {
  const changes: [what: string, change: () => Promise<unknown>, stop: object][] = [
    [
      'a field that is planned',
      () => scene.crm.act('edit', { module: 'Leads', match: { [IDENTITY]: 'u150' }, fields: { No_of_Employees: 99 } }),
      { what: 'field', recordKey: 'Leads/u150', field: 'No_of_Employees' },
    ],
    [
      'a record that is gone',
      () => scene.crm.act('delete', { module: 'Leads', match: { [IDENTITY]: 'u150' } }),
      { what: 'record', recordKey: 'Leads/u150' },
    ],
    [
      'an event of a key',
      () => scene.take(wrong, [event('u150', 3, { name: 'Newer' })]),
      // Its write has changed the record as well, which is looked at first.
      { what: 'field', recordKey: 'Leads/u150' },
    ],
    [
      'an event that changes no record',
      () => sql`update relay.states set sequence = sequence + 1 where key = 'u150'`.execute(scene.database.db),
      { what: 'events', key: 'u150' },
    ],
    [
      'a command that waits',
      () =>
        sql`update ledger.commands set state = 'parked', code = 'CRM_DUPLICATE' where record_key = 'Leads/u150'`.execute(
          scene.database.db,
        ),
      { what: 'commands', recordKey: 'Leads/u150' },
    ],
    [
      'a record that was released',
      () =>
        sql`insert into ledger.released (connection_id, record_key) values ('c1', 'Leads/u150')`.execute(
          scene.database.db,
        ),
      { what: 'link', recordKey: 'Leads/u150' },
    ],
  ];

  it.each(changes)('%s: it says where and stops there; what was applied before stays', async (_what, change, stop) => {
    await scene.take(wrong, lives(160));
    const made = await plan();
    const [first = [], second = []] = made.batches;
    const isIn = (keys: typeof first): boolean => keys.some(({ key }) => key === 'u150');
    const id = await savePlan(scene.database.db, made, by);
    await change();
    const before = await scene.leads(IDENTITY);
    const report = await applyPlan(scene.sources, id, by);
    expect(report.stop).toMatchObject(stop);
    const at = made.batches.findIndex((keys) => isIn(keys));
    expect([isIn(first) || isIn(second) || made.batches.length > 2, report.keys]).toEqual([
      true,
      made.batches.slice(0, at).flat().length,
    ]);
    expect(await showPlan(scene.database.db, id)).toMatchObject({ state: 'stopped', stop, applied: report.keys });
    await scene.settle();
    expect(difference(before, await scene.leads(IDENTITY)).size).toBe(report.keys);
  });

  it('two applications at a time, and one that is broken off: each batch once', async () => {
    await scene.take(wrong, lives(220));
    const id = await savePlan(scene.database.db, await plan(), by);
    const ended = new AbortController();
    const broken = await applyPlan({ ...scene.sources, signal: ended.signal, onProgress: () => ended.abort() }, id, by);
    expect(broken).toMatchObject({ stop: null, plan: { state: 'applying' } });
    const [one, other] = await Promise.all([applyPlan(scene.sources, id, by), applyPlan(scene.sources, id, by)]);
    expect([one.stop, other.stop, broken.keys + one.keys + other.keys]).toEqual([null, null, 220]);
    await scene.settle();
    const commands = await rows<{ count: number }>(
      sql`select count(*)::integer as count from ledger.commands where lane = 'replay' and operation = 'write'`,
    );
    expect(commands).toEqual([{ count: 220 }]);
    expect((await plan()).totals).toMatchObject({ change: 0, equal: 220 });
  });
});

describe('a backfill', () => {
  it('makes what the CRM lacks, adopts what carries our name, and tells nobody', async () => {
    await scene.take(wrong, [
      event('here', 1, { name: 'Ngaio' }),
      event('gone', 1, { name: 'Ngaio' }),
      event('other', 1, { name: 'Ngaio' }),
    ]);
    await scene.crm.act('delete', { module: 'Leads', match: { [IDENTITY]: 'gone' } });
    // As after the loss of a database: the record is there, and nothing is known of it; or there is neither.
    await sql`delete from ledger.links where record_key in ('Leads/gone', 'Leads/other')`.execute(scene.database.db);
    await sql`delete from ledger.echoes where record_key in ('Leads/gone', 'Leads/other')`.execute(scene.database.db);
    const made = await plan({ kind: 'backfill', mapping: wrong });
    expect(made.totals).toMatchObject({ create: 1, adopt: 1, change: 0, equal: 1, states: 0 });
    await applyPlan(scene.sources, await savePlan(scene.database.db, made, by), by);
    await scene.settle();
    expect([...(await scene.leads(IDENTITY)).keys()].sort()).toEqual(['gone', 'here', 'other']);
    expect(await rows(sql`select distinct lane, trigger from ledger.commands where lane <> 'live'`)).toEqual([
      { lane: 'backfill', trigger: [] },
    ]);
    expect((await plan({ kind: 'backfill', mapping: wrong })).totals).toMatchObject({ equal: 3, create: 0, adopt: 0 });
  });
});
