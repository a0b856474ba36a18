import { sql } from 'kysely';
import { z } from 'zod';
import type { Command } from '#contracts';
import { cameBack, type SeenRecords } from '#folding';
import { readEchoes } from '#ledger';
import { defineMapping, type Mapping } from '#mapping';
import { listCommands, release, restore } from '#operations';
import { transaction } from '#postgres';
import { until, type NewCommandSeed } from '#testing';
import { DispatcherContext } from '../../test/dispatcher.context.ts';
import { refusal } from '../../test/fake.crm.ts';

interface Person {
  readonly id: string;
  readonly name: string;
  readonly phone: string | null;
}

const NOBODY: Person = { id: '', name: '', phone: null };

/** A pack of one record, as small as restoring one needs it. */
const people: Mapping = defineMapping({
  name: 'signup-lead',
  product: 'portal',
  version: 1,
  destination: 'zoho-crm',
  events: { 'user.changed': { 1: z.object({}) } },
  initial: NOBODY,
  fold: { 'user.changed': (state) => state },
  project: ({ id, name, phone }) => [
    {
      module: 'Leads',
      identity: { field: 'External_User_ID', value: id },
      fields: { Last_Name: name, Phone: phone },
    },
  ],
  setup: {},
  scopes: [],
});
const operator = { by: 'ada', reason: 'a spec' };
const record = { connectionId: 'c1', recordKey: 'Leads/a' };

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('dispatcher_identity');
});
beforeEach(() => context.reset());
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

const states = async (): Promise<string[]> => (await context.commands()).map(({ state }) => state);
const settled = (...wanted: string[]): Promise<unknown> =>
  until(async () => (await states()).join() === wanted.join(), { what: `commands ${wanted.join()}` });
const leads = (): unknown[] => context.crm.records('Leads').map((lead) => ({ ...lead, id: undefined }));
const change = (fields: Record<string, string | null>, user = 'a'): NewCommandSeed => ({ user, command: { fields } });

const came = (seen: SeenRecords): Promise<string[]> =>
  transaction(context.database.db, (trx) => cameBack(trx, [people], seen));

async function setState(state: Person): Promise<void> {
  await sql`
    insert into relay.states (mapping, tenant_id, key, mapping_version, state)
    values ('signup-lead', 'portal', ${state.id}, 1, ${JSON.stringify(state)}::jsonb)
        on conflict (mapping, tenant_id, key, connection_id) do update set state = excluded.state`.execute(
    context.database.db,
  );
}

async function generation(): Promise<{ generation: number; lost: boolean } | undefined> {
  const { rows } = await sql<{ generation: number; lost: boolean }>`
    select generation, lost_at is not null as lost from ledger.links where record_key = 'Leads/a'`.execute(
    context.database.db,
  );
  return rows[0];
}

async function outcomes(): Promise<string[]> {
  const { rows } = await sql<{ said: string }>`
    select concat_ws(' ', event_type, payload->>'command_id', payload->>'cause') as said
      from outbox.events where aggregate_type = 'outcomes' order by id`.execute(context.database.db);
  return rows.map(({ said }) => said);
}

async function audit(): Promise<object[]> {
  const { rows } = await sql<object>`
    select by_whom as by, verb, reason, record_key as record from ledger.audit order by id`.execute(
    context.database.db,
  );
  return rows;
}

/** The record is there with a name; then a person deletes it, and a change of the phone and a note come. */
async function deletedByAPerson(): Promise<{ recordId: string; dispatcher: ReturnType<DispatcherContext['start']> }> {
  await context.insert(change({ Last_Name: 'Lovelace' }));
  // One by one, so that there is something that waits behind the parked one.
  const dispatcher = context.start({ coalesce: false });
  await settled('succeeded');
  const recordId = context.crm.records('Leads')[0]?.id ?? '';
  context.crm.take('Leads', recordId);
  await setState({ id: 'a', name: 'Lovelace', phone: '2' });
  await context.insert(change({ Phone: '1' }), change({ Phone: '2' }));
  dispatcher.wake();
  await settled('succeeded', 'parked', 'ready');
  return { recordId, dispatcher };
}

describe('a record that a person deleted', () => {
  it('is not made again; what comes waits and says for what; others go on', async () => {
    const { dispatcher } = await deletedByAPerson();
    await context.insert(change({ Last_Name: 'Hopper' }, 'b'));
    dispatcher.wake();
    await settled('succeeded', 'parked', 'ready', 'succeeded');
    expect(leads()).toEqual([{ External_User_ID: 'b', Last_Name: 'Hopper' }]);
    expect(await generation()).toEqual({ generation: 1, lost: true });
    expect((await listCommands(context.database.db)).map(({ id, waitingFor }) => [id, waitingFor])).toEqual([
      ['2', ['a person']],
      ['3', ['command 2 of its record (parked)']],
    ]);
  });

  it('is left out of lookups until it is back', async () => {
    const { dispatcher } = await deletedByAPerson();
    const lookup = { $link: { module: 'Leads', value: 'a' } };
    await context.insert({ user: 'b', command: { fields: { Last_Name: 'Hopper', Email: lookup } } });
    dispatcher.wake();
    await settled('succeeded', 'parked', 'ready', 'succeeded');
    expect(leads()).toEqual([{ External_User_ID: 'b', Last_Name: 'Hopper' }]);
  });

  it('restored: made again from its projection, with a new generation; nothing is sent twice', async () => {
    const { dispatcher } = await deletedByAPerson();
    const before = context.crm.calls.length;
    expect(await restore(context.database.db, { ...record, mappings: [people], operator })).toBe(true);
    dispatcher.wake();
    await settled('succeeded', 'succeeded', 'skipped');
    expect(leads()).toEqual([{ External_User_ID: 'a', Last_Name: 'Lovelace', Phone: '2' }]);
    expect(context.crm.calls.slice(before).map(({ call }) => call)).toEqual(['upsert']);
    expect(await generation()).toEqual({ generation: 2, lost: false });
    const { rows } = await sql<{ original: unknown }>`
      select original_fields as original from ledger.commands where id = 2`.execute(context.database.db);
    expect(rows).toEqual([{ original: { Phone: '1' } }]);
    expect((await outcomes()).slice(-3)).toEqual([
      'crm.command.skipped 3 restored',
      'crm.command.restored 2 operator',
      'crm.command.succeeded 2',
    ]);
    expect(await audit()).toEqual([{ ...operator, verb: 'parked restore', record: 'Leads/a' }]);
    const echoes = await readEchoes(context.database.db, { connectionId: 'c1', recordKeys: ['Leads/a'] });
    expect(echoes.get('Leads/a')?.get('Phone')).toBe('2');
  });

  it('restored by a note that waited: the record first, the note after it, once', async () => {
    await context.insert(change({ Last_Name: 'Lovelace' }));
    const dispatcher = context.start();
    await settled('succeeded');
    context.crm.take('Leads', context.crm.records('Leads')[0]?.id ?? '');
    await setState({ id: 'a', name: 'Lovelace', phone: null });
    const note: Partial<Command> = {
      operation: 'note',
      fields: { Note_Title: 'Hello', Note_Content: '[causeway:portal/note/1]' },
      trigger: [],
      effectKey: 'portal/note/1',
    };
    await context.insert({ user: 'a', command: note });
    dispatcher.wake();
    await settled('succeeded', 'parked');
    expect(await restore(context.database.db, { ...record, mappings: [people], operator })).toBe(true);
    dispatcher.wake();
    await settled('succeeded', 'succeeded', 'succeeded');
    expect(leads()).toEqual([{ External_User_ID: 'a', Last_Name: 'Lovelace' }]);
    expect(context.crm.records('Notes')).toHaveLength(1);
  });

  it('released: what waits is skipped, and what comes later; restored, it is made and goes on', async () => {
    const { dispatcher } = await deletedByAPerson();
    expect(await release(context.database.db, { ...record, operator })).toEqual(['2', '3']);
    await context.insert(change({ Phone: '3' }));
    dispatcher.wake();
    await settled('succeeded', 'skipped', 'skipped', 'skipped');
    expect(leads()).toEqual([]);
    expect((await outcomes()).slice(-3)).toEqual([
      'crm.command.skipped 2 released',
      'crm.command.skipped 3 released',
      'crm.command.skipped 4 released',
    ]);
    await setState({ id: 'a', name: 'Lovelace', phone: '3' });
    expect(await restore(context.database.db, { ...record, mappings: [people], operator })).toBe(true);
    await context.insert(change({ Phone: '4' }));
    dispatcher.wake();
    await settled('succeeded', 'skipped', 'skipped', 'skipped', 'succeeded', 'succeeded');
    expect(leads()).toEqual([{ External_User_ID: 'a', Last_Name: 'Lovelace', Phone: '4' }]);
    expect((await audit()).map((row) => (row as { verb: string }).verb)).toEqual(['parked release', 'parked restore']);
  });

  it('that comes out of the recycle bin goes on by itself, and its projection is asserted', async () => {
    const { recordId, dispatcher } = await deletedByAPerson();
    const seen = { connectionId: 'c1', module: 'Leads', recordIds: [recordId, '1'] };
    await context.database.db.transaction().execute(async (trx) => {
      await sql`update ledger.commands set fields = '{"Phone": null}' where id = 3`.execute(trx);
    });
    await setState({ id: 'a', name: 'Lovelace', phone: null });
    context.crm.putBack('Leads', recordId, { External_User_ID: 'a', Last_Name: 'Old', Phone: '9' });
    expect(await came({ ...seen, recordIds: ['1'] })).toEqual([]);
    expect(await came(seen)).toEqual(['Leads/a']);
    expect(await came(seen)).toEqual([]);
    dispatcher.wake();
    await settled('succeeded', 'succeeded', 'skipped');
    expect(context.crm.records('Leads')).toEqual([
      { id: recordId, External_User_ID: 'a', Last_Name: 'Lovelace', Phone: null },
    ]);
    expect(await generation()).toEqual({ generation: 1, lost: false });
  });

  it('and was released stays alone when it comes back', async () => {
    const { recordId } = await deletedByAPerson();
    await release(context.database.db, { ...record, operator });
    const seen = { connectionId: 'c1', module: 'Leads', recordIds: [recordId] };
    expect(await came(seen)).toEqual([]);
  });

  it('cannot be restored or released before it is parked', async () => {
    await context.insert(change({ Last_Name: 'Lovelace' }));
    await setState({ id: 'a', name: 'Lovelace', phone: null });
    expect(await restore(context.database.db, { ...record, mappings: [people], operator })).toBe(false);
    expect(await release(context.database.db, { ...record, operator })).toEqual([]);
    expect(await states()).toEqual(['ready']);
    expect(await audit()).toEqual([]);
  });
});

describe('a duplicate', () => {
  it('parks that record only, and names the other one', async () => {
    await context.insert(change({ Last_Name: 'Lovelace' }), change({ Last_Name: 'Hopper' }, 'b'));
    context.crm.refuse = ({ External_User_ID: id }) =>
      id === 'a'
        ? refusal('DUPLICATE_DATA', {
            code: 'CRM_DUPLICATE',
            field: 'Email',
            other: { recordId: '4711', module: 'Contacts' },
          })
        : null;
    context.start();
    await settled('parked', 'succeeded');
    expect((await context.commands())[0]).toMatchObject({
      code: 'CRM_DUPLICATE',
      reason: 'DUPLICATE_DATA: record 4711 of Contacts',
    });
  });
});

describe('a record that was merged', () => {
  it('is found by its identity and written to, with a new generation', async () => {
    await context.insert(change({ Last_Name: 'Lovelace' }));
    const dispatcher = context.start();
    await settled('succeeded');
    context.crm.take('Leads', context.crm.records('Leads')[0]?.id ?? '');
    const other = context.crm.put('Leads', { External_User_ID: 'a', Last_Name: 'Byron' });
    await context.insert(change({ Phone: '1' }));
    dispatcher.wake();
    await settled('succeeded', 'succeeded');
    expect(context.crm.records('Leads')).toEqual([
      { id: other, External_User_ID: 'a', Last_Name: 'Byron', Phone: '1' },
    ]);
    expect(await generation()).toEqual({ generation: 2, lost: false });
    expect(context.crm.calls.map(({ call }) => call)).not.toContain('search');
  });
});
