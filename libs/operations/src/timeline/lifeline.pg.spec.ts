import { sql } from 'kysely';
import { putLinks } from '#ledger';
import { LifelineContext, written } from '../../test/lifeline.context.ts';
import { findEntities } from './entity.find.ts';
import type { Lifeline, LifelineKind } from './lifeline.types.ts';
import { readTimeline, type TimelineQuery } from './timeline.service.ts';

const ada = { by: 'ada', reason: 'asked by the user' };

let life: LifelineContext;

beforeAll(async () => {
  life = await LifelineContext.open('lifeline');
});
beforeEach(() => life.reset());
afterAll(() => life.close());

const lineOf = (entityId: string, query: Partial<TimelineQuery> = {}): Promise<Lifeline> =>
  readTimeline(life.db, { product: 'portal', tenantId: 'portal', entityId, mappings: life.mappings, ...query });
const kindsOf = ({ steps }: Lifeline): LifelineKind[] => steps.map(({ kind }) => kind);
const whatOf = ({ steps }: Lifeline, kind: LifelineKind): string[] =>
  steps.filter((step) => step.kind === kind).map(({ what }) => what);

describe('a lifeline', () => {
  it('goes from the event over fold, command, call and answer to the link', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.dispatch(written('4711'));
    const line = await lineOf('u1');
    expect(kindsOf(line)).toEqual(expect.arrayContaining(['event', 'fold', 'command', 'call', 'answer', 'link']));
    expect(line.steps).toHaveLength(6);
    expect(whatOf(line, 'fold')).toEqual(['applied by signup-lead, 1 command']);
    expect(whatOf(line, 'command')).toEqual(['#1 write Leads/u1, lane live, by signup-lead 1']);
    expect(whatOf(line, 'answer')).toEqual(['#1 succeeded, 0.1 credits']);
    expect(line.steps.find(({ kind }) => kind === 'answer')?.credits).toBeCloseTo(0.1);
    expect(line.records).toMatchObject([
      { module: 'Leads', recordId: '4711', generation: 1, until: null, lostAt: null },
    ]);
    expect(line.isCut).toBe(false);
  });

  it('hides values unless they are asked for, and then says so itself', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.tell('u1', { phone: '555-0199' });
    await life.dispatch(written('4711'));
    const shown = JSON.stringify(await lineOf('u1'));
    for (const value of ['555-01', 'Ruiz', 'example.test']) expect(shown).not.toContain(value);
    const seen = await lineOf('u1', { values: ada });
    const changes = seen.steps.flatMap((step) =>
      step.kind === 'fold' || step.kind === 'command' ? [step.changes] : [],
    );
    expect(changes.flat()).toEqual(
      expect.arrayContaining([
        { name: 'phone', before: null, after: '555-0100' },
        { name: 'Phone', after: '555-0100' },
        { name: 'phone', before: '555-0100', after: '555-0199' },
        { name: 'Phone', before: '555-0100', after: '555-0199' },
      ]),
    );
    expect(whatOf(await lineOf('u1'), 'operator')).toEqual(['timeline --values by ada: asked by the user']);
  });

  it('shows what was ignored, set aside, merged and parked', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.tell('u1', { phone: '555-0199' });
    await life.tell('u1', { type: 'user.unheard_of' });
    await life.dispatch(() => ({ outcome: { kind: 'rejected', code: 'CRM_REJECTED', reason: 'no', field: null } }));
    const line = await lineOf('u1');
    expect(whatOf(line, 'merged')).toEqual(['#2 into #1']);
    expect(whatOf(line, 'answer')).toEqual([expect.stringMatching(/^#1 rejected CRM_REJECTED/)]);
    expect(whatOf(line, 'fold').at(-1)).toBe('set_aside (unknown_event) by signup-lead, 0 commands');
    await life.tell('u2', { type: 'user.deleted' });
    expect(whatOf(await lineOf('u2'), 'fold')).toEqual(['ignored (unknown_user) by signup-lead, 0 commands']);
  });

  it("shows notifications, echoes, people's edits with the event to the product, conflicts and operators", async () => {
    await life.tell('u1');
    await life.dispatch(written('4711'));
    await sql`
      with told as (
        select outbox.emit('leads', 'u1', 'crm.lead.changed', ${JSON.stringify({
          user_id: 'u1',
          module: 'Leads',
          record_id: '4711',
          changed_at: '2026-03-01T10:00:00+00:00',
          changed_by: { id: '77', name: 'Sam Sales' },
          changes: { Lead_Status: { before: null, after: 'Contacted' } },
        })}::jsonb, tenant_id => 'portal') as id
      )
      insert into webhooks.readings (connection_id, module, record_id, record_key, notified_at, result, changed_fields, event_id)
      select 'c1', 'Leads', '4711', 'Leads/u1', now(), 'echo', '{}'::text[], null::uuid
      union all select 'c1', 'Leads', '4711', 'Leads/u1', now(), 'edit', '{Lead_Status}', id from told`.execute(
      life.db,
    );
    await sql`
      insert into webhooks.conflicts (connection_id, module, record_id, record_key, kind, field, restored, changed_at, fold_id)
      values ('c1', 'Leads', '4711', 'Leads/u1', 'conflict', 'Phone', true, now(), 'f')`.execute(life.db);
    await sql`
      insert into ledger.audit (by_whom, verb, reason, connection_id, record_key)
      values ('ada', 'parked edit', 'wrong number', 'c1', 'Leads/u1'), ('bo', 'pause', 'holidays', 'c1', null),
             ('cy', 'pause', 'of the record alone', null, 'Leads/u1'), ('di', 'pause', 'another record', 'c1', 'Leads/u2')`.execute(
      life.db,
    );
    const line = await lineOf('u1');
    expect(whatOf(line, 'read again')).toEqual(['echo', 'edit: Lead_Status']);
    expect(whatOf(line, 'edit')).toEqual(['user 77 edited Leads 4711']);
    expect(whatOf(line, 'event out')).toEqual(['crm.lead.changed to the product']);
    expect(whatOf(line, 'conflict')).toEqual(['conflict of Phone put back']);
    expect(whatOf(line, 'operator').toSorted()).toEqual([
      'parked edit by ada: wrong number',
      'pause by bo: holidays',
      'pause by cy: of the record alone',
    ]);
    const [edit] = (await lineOf('u1', { values: ada })).steps;
    expect(edit).toMatchObject({
      by: 'Sam Sales',
      changes: [{ name: 'Lead_Status', before: null, after: 'Contacted' }],
    });
  });

  it('goes over a conversion: the Lead and what it became name one line, with both generations', async () => {
    await life.tell('u1');
    await life.dispatch(written('4711'));
    await life.tell('u1', { phone: '555-0199' });
    await life.dispatch(written('9001', 'Contacts'));
    for (const [module, recordId] of [
      ['Leads', '4711'],
      ['Contacts', '9001'],
    ] as const)
      expect(await findEntities(life.db, { first: module, second: recordId, mappings: life.mappings })).toEqual([
        { product: 'portal', entityId: 'u1', tenantId: 'portal' },
      ]);
    const line = await lineOf('u1');
    expect(whatOf(line, 'link')).toEqual(['Leads 4711, generation 1', 'Contacts 9001, generation 2']);
    expect(whatOf(line, 'link ended')).toEqual(['Leads 4711, generation 1']);
    expect(line.records.map(({ module, until }) => [module, until === null])).toEqual([
      ['Leads', false],
      ['Contacts', true],
    ]);
  });

  it('goes over a conversion of ours: what it made belongs to the same line, and the Lead did', async () => {
    await life.tell('u1');
    await life.dispatch(written('4711'));
    await life.tell('u1', { phone: '555-0199' });
    const owner = { product: 'portal', entityType: 'user', entityId: 'u1' };
    const made = ['Contacts', 'Accounts', 'Deals'].map((module, at) => {
      return { ...owner, recordKey: `${module}/u1`, module, recordId: `900${at}` };
    });
    await life.dispatch(() => ({ outcome: { kind: 'succeeded', recordId: '4711', created: false }, made }));
    for (const { module, recordId } of [{ module: 'Leads', recordId: '4711' }, ...made])
      expect(await findEntities(life.db, { first: module, second: recordId, mappings: life.mappings })).toHaveLength(1);
    const line = await lineOf('u1');
    expect(whatOf(line, 'link ended')).toEqual(['Leads 4711, generation 1']);
    expect(whatOf(line, 'link').toSorted()).toEqual([
      'Accounts 9001, generation 1',
      'Contacts 9000, generation 1',
      'Deals 9002, generation 1',
      'Leads 4711, generation 1',
    ]);
  });

  it('says that a person deleted the record', async () => {
    await life.tell('u1');
    await life.dispatch(written('4711'));
    await life.tell('u1', { phone: '555-0199' });
    await life.dispatch(() => ({ outcome: { kind: 'rejected', code: 'deleted_in_crm', reason: 'gone', field: null } }));
    const line = await lineOf('u1');
    expect(whatOf(line, 'link lost')).toEqual(['Leads 4711, generation 1']);
    expect(line.records).toMatchObject([{ recordId: '4711', until: null, lostAt: expect.any(Date) as Date }]);
  });

  it('goes over a merge: the loser is found by its own id, and by that of the record it went into', async () => {
    await life.tell('u1');
    await life.dispatch(written('4711'));
    const link = { connectionId: 'c1', recordKey: 'Leads/u1', product: 'portal', entityType: 'user', entityId: 'u1' };
    await putLinks(life.db, [{ ...link, module: 'Leads', recordId: '4712' }]);
    expect(await findEntities(life.db, { first: 'Leads', second: '4711', mappings: life.mappings })).toHaveLength(1);
    expect(await findEntities(life.db, { first: 'Leads', second: '4712', mappings: life.mappings })).toHaveLength(1);
    expect(whatOf(await lineOf('u1'), 'link')).toEqual(['Leads 4711, generation 1', 'Leads 4712, generation 2']);
  });

  it('has what was seen in the CRM and folded by a pack, in its place', async () => {
    await life.tell('u1');
    await life.dispatch(written('4711'));
    await life.see('u1', {
      id: 'seen-1',
      kind: 'edited',
      module: 'Leads',
      identity: { field: 'External_User_ID', value: 'u1' },
      recordId: '4711',
      values: { Phone: '555-0142' },
      changedAt: '2026-03-02T10:00:00Z',
      changedBy: { id: '77', name: 'Sam Sales' },
    });
    await sql`
      insert into webhooks.readings (connection_id, module, record_id, record_key, notified_at, result, changed_fields)
      values ('c1', 'Leads', '4711', 'Leads/u1', now(), 'edit', '{Phone}')`.execute(life.db);
    const line = await lineOf('u1', { values: ada });
    expect(line.steps.find(({ kind }) => kind === 'edit')).toMatchObject({
      what: 'Sam Sales edited Leads 4711',
      changes: [{ name: 'Phone', after: '555-0142' }],
    });
    expect(whatOf(line, 'fold').at(-1)).toMatch(/crm\.edited/);
  });

  it('shows a tenant nothing of another one, and names both where nothing is said', async () => {
    await life.base.addConnection({ id: 'c2', tenantId: 'acme' });
    await life.tell('u1');
    await life.tell('u1', { tenantId: 'acme', phone: '555-0142' });
    await life.dispatch((entityId) => written(`r-${entityId}`)(entityId));
    const named = { first: 'portal', second: 'u1', mappings: life.mappings };
    expect((await findEntities(life.db, named)).map(({ tenantId }) => tenantId)).toEqual(['acme', 'portal']);
    expect(await findEntities(life.db, { ...named, tenantId: 'acme' })).toHaveLength(1);
    const [own, other] = [await lineOf('u1', { values: ada }), await lineOf('u1', { tenantId: 'acme', values: ada })];
    expect(JSON.stringify(own)).not.toContain('555-0142');
    expect(JSON.stringify(other)).not.toContain('555-0100');
    expect(kindsOf(own)).toEqual(kindsOf(other));
  });

  it('keeps to the newest steps that were asked for, and says that there are more', async () => {
    for (let turn = 0; turn < 5; turn += 1) await life.tell('u1', { phone: `555-010${turn}` });
    const line = await lineOf('u1', { limit: 4 });
    expect(line.steps).toHaveLength(4);
    expect(line.isCut).toBe(true);
    expect(line.steps.at(-1)?.commandId).toBe('5');
  });

  it("is nobody's where nothing is known", async () => {
    expect(await findEntities(life.db, { first: 'portal', second: 'nobody', mappings: life.mappings })).toEqual([]);
    expect(await findEntities(life.db, { first: 'Leads', second: '1', mappings: life.mappings })).toEqual([]);
  });
});
