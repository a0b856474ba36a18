import { sql } from 'kysely';
import { until } from '#testing';
import { LedgerContext } from '../../test/ledger.context.ts';
import { dropLinks, putLinks } from '../link/link.store.ts';
import type { ClaimedCommand } from './command.row.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_claim');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

const idsOf = (claimed: readonly ClaimedCommand[]): string[] => claimed.map(({ id }) => id);
const done = { kind: 'succeeded', recordId: '700', created: true } as const;

describe('claimCommands', () => {
  it('gives the whole command with where it comes from', async () => {
    await ledger.insert({ user: '42', eventId: 'e7', command: { trigger: [], whenConverted: 'skip' } });
    expect(await ledger.claim()).toEqual([
      {
        operation: 'write',
        module: 'Leads',
        identity: { field: 'External_User_ID', value: '42' },
        fields: { Last_Name: 'Lovelace' },
        trigger: [],
        whenConverted: 'skip',
        id: '1',
        connectionId: 'c1',
        recordKey: 'Leads/42',
        product: 'portal',
        entityType: 'user',
        entityId: '42',
        tenantId: 'portal',
        eventId: 'e7',
        lane: 'live',
        attempt: 1,
        failures: 0,
        verify: false,
        link: null,
      },
    ]);
  });

  it('gives the oldest of each record, oldest first, and no more than asked for', async () => {
    await ledger.insert({ user: 'b' }, { user: 'a' }, { user: 'b' }, { user: 'c' }, { user: 'a' });
    expect(idsOf(await ledger.claim({ limit: 2 }))).toEqual(['1', '2']);
    expect(idsOf(await ledger.claim())).toEqual(['4']);
    expect(await ledger.claim()).toEqual([]);
  });

  it('waits for the links that a command needs, and leaves out a lookup to what was deleted', async () => {
    const lookup = { $link: { module: 'Contacts', value: 'c' } };
    await ledger.insert(
      { user: 'n', command: { operation: 'note', effectKey: 'k' } },
      { user: 'd', command: { module: 'Deals', fields: { Contact_Name: lookup, Deal_Name: 'D' } } },
    );
    expect(await ledger.claim()).toEqual([]);
    const link = { connectionId: 'c1', product: 'portal', entityType: 'user', entityId: 'n', module: 'Leads' };
    await putLinks(ledger.db, [{ ...link, recordKey: 'Leads/n', recordId: '700' }]);
    expect((await ledger.claim()).map(({ operation }) => operation)).toEqual(['note']);
    await dropLinks(ledger.db, [{ connectionId: 'c1', recordKey: 'Contacts/c' }]);
    expect((await ledger.claim()).map(({ fields }) => fields)).toEqual([{ Deal_Name: 'D' }]);
  });

  it('gives a lookup the id of its record', async () => {
    const fields = { Contact_Name: { $link: { module: 'Contacts', value: 'c' } } };
    const contact = { connectionId: 'c1', recordKey: 'Contacts/c', module: 'Contacts', recordId: '9' };
    await putLinks(ledger.db, [{ ...contact, product: 'portal', entityType: 'user', entityId: 'c' }]);
    await ledger.insert({ user: 'd', command: { module: 'Deals', fields } });
    expect((await ledger.claim())[0]?.fields).toEqual({ Contact_Name: { id: '9' } });
  });

  it('counts the attempt as started', async () => {
    await ledger.insert({});
    await ledger.claim({ owner: 'me' });
    expect(await ledger.commands()).toEqual([
      expect.objectContaining({ state: 'in_flight', lease_owner: 'me', attempts_started: 1, attempts_finished: 0 }),
    ]);
    expect(await ledger.rows('attempts')).toEqual([
      expect.objectContaining({ command_id: '1', number: 1, finished_at: null, outcome: null }),
    ]);
  });

  it.each(['parked', 'in_flight', 'unknown', 'ready'])('hides later ones behind a head that is %s', async (state) => {
    await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'b' });
    await ledger.setState(['1'], state);
    await sql`
      update ledger.commands set not_before = now() + interval '1 hour', lease_until = now() + interval '1 hour'
       where id = 1`.execute(ledger.db);
    expect(idsOf(await ledger.claim())).toEqual(['3']);
  });

  it.each(['succeeded', 'skipped'])('goes on behind a head that %s', async (state) => {
    await ledger.insert({ user: 'a' }, { user: 'a' });
    await ledger.setState(['1'], state);
    expect(idsOf(await ledger.claim())).toEqual(['2']);
  });

  it('tells records of two connections with one identity apart', async () => {
    await ledger.base.addConnection({ id: 'c2', tenantId: 'other' });
    await ledger.insert({ user: 'a', connectionId: 'c1' }, { user: 'a', connectionId: 'c2' });
    const claimed = await ledger.claim({ connectionIds: ['c1', 'c2'] });
    expect(claimed.map(({ connectionId, tenantId }) => [connectionId, tenantId])).toEqual([
      ['c1', 'portal'],
      ['c2', 'other'],
    ]);
  });

  it('leaves alone what is not listed', async () => {
    await ledger.base.addConnection({ id: 'c2', tenantId: 'other' });
    await ledger.insert({ connectionId: 'c1' }, { connectionId: 'c2' });
    expect(idsOf(await ledger.claim({ connectionIds: ['c2'] }))).toEqual(['2']);
    expect(await ledger.claim({ connectionIds: [] })).toEqual([]);
  });

  it.each(['paused', 'action_needed', 'disconnected'] as const)(
    'leaves alone a connection that is %s',
    async (state) => {
      await ledger.base.addConnection({ id: 'c2', tenantId: 'other', state });
      await ledger.insert({ connectionId: 'c2' });
      expect(await ledger.claim({ connectionIds: ['c1', 'c2'] })).toEqual([]);
      await sql`update connections.connections set state = 'active' where id = 'c2'`.execute(ledger.db);
      expect(await ledger.claim({ connectionIds: ['c1', 'c2'] })).toHaveLength(1);
    },
  );

  it('waits until a pause is over', async () => {
    await ledger.insert({});
    await ledger.settleAll({ kind: 'unavailable', reason: '500' });
    expect(await ledger.claim()).toEqual([]);
    await sql`update ledger.commands set not_before = now()`.execute(ledger.db);
    expect(await ledger.claim()).toEqual([
      expect.objectContaining({ id: '1', attempt: 2, failures: 1, verify: false }),
    ]);
  });

  it('gives what was left in flight to another once the lease is over, to be verified', async () => {
    await ledger.insert({});
    await ledger.claim({ owner: 'dead', leaseMs: -1000 });
    const [again] = await ledger.claim({ owner: 'heir' });
    expect(again).toMatchObject({ id: '1', attempt: 2, verify: true });
    expect(await ledger.claim({ owner: 'third' })).toEqual([]);
  });

  it('gives what is unknown to be verified', async () => {
    await ledger.insert({});
    await ledger.settleAll({ kind: 'unknown', reason: 'timeout' });
    await sql`update ledger.commands set not_before = now()`.execute(ledger.db);
    expect(await ledger.claim()).toEqual([expect.objectContaining({ id: '1', verify: true })]);
  });

  it('brings the link of the record, with the module where it lives now', async () => {
    await ledger.insert({}, {});
    const [command] = await ledger.claim();
    if (command === undefined) throw new Error('nothing was claimed');
    const link = { product: 'portal', entityType: 'user', entityId: '42', module: 'Contacts', recordId: '900' };
    await ledger.settle([{ command, outcome: done, link }]);
    expect((await ledger.claim())[0]).toMatchObject({
      module: 'Leads',
      link: { module: 'Contacts', recordId: '900', generation: 1 },
    });
  });

  it('does not wait for rows that another transaction holds', async () => {
    await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'b' });
    await ledger.db.transaction().execute(async (trx) => {
      await sql`select 1 from ledger.commands where id = 1 for update`.execute(trx);
      expect(idsOf(await ledger.claim())).toEqual(['3']);
    });
    expect(idsOf(await ledger.claim())).toEqual(['1']);
  });

  it('gives each command to one of many claimers, and keeps the order of each record', async () => {
    const users = Array.from({ length: 300 }, (_, index) => `u${index % 23}`);
    await ledger.insert(...users.map((user) => ({ user })));
    const busy = new Set<string>();
    const finished: ClaimedCommand[] = [];
    const work = async (owner: string): Promise<void> => {
      while (finished.length < users.length) {
        const claimed = await ledger.claim({ owner, limit: 5 });
        for (const { recordKey } of claimed) {
          expect(busy).not.toContain(recordKey);
          busy.add(recordKey);
        }
        for (const { recordKey } of claimed) busy.delete(recordKey);
        finished.push(...claimed);
        const settled = claimed.map((command) => ({ command, outcome: { ...done, recordId: command.recordKey } }));
        expect((await ledger.settle(settled, owner)).size).toBe(claimed.length);
      }
    };
    await Promise.all(['one', 'two', 'three', 'four'].map(work));
    expect(new Set(idsOf(finished)).size).toBe(users.length);
    const ids = Map.groupBy(finished, ({ recordKey }) => recordKey);
    for (const [, commands] of ids) {
      const order = commands.map(({ id }) => Number(id));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
    await until(async () => (await ledger.claim()).length === 0);
  });
});
