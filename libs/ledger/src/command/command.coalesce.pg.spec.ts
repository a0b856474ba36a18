import { sql } from 'kysely';
import { LedgerContext } from '../../test/ledger.context.ts';
import { putLinks } from '../link/link.store.ts';
import { costOf } from '../../test/statement.cost.ts';
import { claimCommands, connectionsWithWork } from './command.claim.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_coalesce');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

const write = (fields: Record<string, string | null>, rest = {}) => ({ command: { fields }, ...rest });
const claim = (rest = {}) => ledger.claim({ coalesce: true, ...rest });
const merges = async () => {
  const { rows } = await sql<{ id: string; into: string | null; state: string; before: unknown }>`
    select id::text, merged_into::text as into, state, fields_before_merge as before from ledger.commands order by id`.execute(
    ledger.db,
  );
  return rows.map(({ id, into, state }) => [id, state, into]);
};

describe('claimCommands with coalescing', () => {
  it('merges what waits behind a write into it, and keeps its identity and what it asked for itself', async () => {
    await ledger.insert(
      write({ Last_Name: 'A', Phone: '1' }, { eventId: 'e1' }),
      write({ Phone: '2' }, { eventId: 'e2' }),
      write({ user: 'x' }, { user: 'other' }),
      write({ Phone: null, Email: 'a@example.test' }, { eventId: 'e3' }),
    );
    const [first, second, ...none] = await claim();
    expect(none).toEqual([]);
    expect(first).toMatchObject({
      id: '1',
      eventId: 'e1',
      fields: { Last_Name: 'A', Phone: null, Email: 'a@example.test' },
      identity: { field: 'External_User_ID', value: '42' },
    });
    expect(second?.id).toBe('3');
    expect(await merges()).toEqual([
      ['1', 'in_flight', null],
      ['2', 'skipped', '1'],
      ['3', 'in_flight', null],
      ['4', 'skipped', '1'],
    ]);
    const { rows } = await sql<{ before: unknown }>`
      select fields_before_merge as before from ledger.commands order by id`.execute(ledger.db);
    expect(rows.map(({ before }) => before)).toEqual([{ Last_Name: 'A', Phone: '1' }, null, null, null]);
  });

  it('tells the outcome of merged ones, with the command that carries their values', async () => {
    await ledger.insert(write({ Phone: '1' }), write({ Phone: '2' }, { eventId: 'e2' }));
    await claim();
    expect(await ledger.outbox()).toEqual([
      {
        entity: '42',
        tenant: 'portal',
        type: 'crm.command.merged',
        payload: expect.objectContaining({ command_id: '2', event_id: 'e2', state: 'skipped', merged_into: '1' }),
      },
    ]);
  });

  it('counts no attempt of merged ones', async () => {
    await ledger.insert(write({ Phone: '1' }), write({ Phone: '2' }));
    await claim();
    expect((await ledger.commands()).map((row) => [row.attempts_started, row.finished])).toEqual([
      [1, false],
      [0, true],
    ]);
    expect(await ledger.rows('attempts')).toHaveLength(1);
  });

  it('does not do so unless it is asked to', async () => {
    await ledger.insert(write({ Phone: '1' }), write({ Phone: '2' }));
    expect((await ledger.claim())[0]?.fields).toEqual({ Phone: '1' });
    expect(await merges()).toEqual([
      ['1', 'in_flight', null],
      ['2', 'ready', null],
    ]);
  });

  it('never takes along what is behind a note, and goes on behind it', async () => {
    await ledger.insert(
      write({ Phone: '1' }),
      { command: { operation: 'note', effectKey: 'k', fields: {} } },
      write({ Phone: '2' }),
      write({ Phone: '3' }),
    );
    const [first] = await claim();
    expect(first?.fields).toEqual({ Phone: '1' });
    if (first === undefined) throw new Error('nothing was claimed');
    const link = { product: 'portal', entityType: 'user', entityId: '42', module: 'Leads', recordId: '700' };
    const done = { kind: 'succeeded', recordId: '700', created: true } as const;
    await ledger.settle([{ command: first, outcome: done, link }]);
    await ledger.settle((await claim()).map((command) => ({ command, outcome: done })));
    expect((await claim()).map(({ id, fields }) => [id, fields])).toEqual([['3', { Phone: '3' }]]);
  });

  it.each(['parked', 'unknown', 'in_flight'])('does not pass one that is %s', async (state) => {
    await ledger.insert(write({ Phone: '1' }), write({ Phone: '2' }), write({ Phone: '3' }));
    await ledger.setState(['2'], state);
    expect((await claim())[0]?.fields).toEqual({ Phone: '1' });
    expect(await merges()).toEqual([
      ['1', 'in_flight', null],
      ['2', state, null],
      ['3', 'ready', null],
    ]);
  });

  it('does not take along one that waits for the link of another record', async () => {
    const lookup = { $link: { module: 'Contacts', value: 'c' } };
    const waiting = { command: { fields: { Phone: '2', Contact_Name: lookup } } };
    await ledger.insert(write({ Phone: '1' }), waiting, write({ Phone: '3' }));
    expect((await claim())[0]?.fields).toEqual({ Phone: '1' });
    const contact = { connectionId: 'c1', recordKey: 'Contacts/c', module: 'Contacts', recordId: '9' };
    await putLinks(ledger.db, [{ ...contact, product: 'portal', entityType: 'user', entityId: 'c' }]);
    await ledger.insert(write({ Phone: '4' }, { user: 'b' }), { user: 'b', ...waiting });
    expect((await claim())[0]?.fields).toEqual({ Phone: '2', Contact_Name: { id: '9' } });
  });

  it('leaves a command alone that was tried before: what came of that attempt is about its own values', async () => {
    await ledger.insert(write({ Phone: '1' }), write({ Phone: '2' }));
    await ledger.settle(
      (await ledger.claim()).map((command) => ({ command, outcome: { kind: 'unknown', reason: 't' } })),
    );
    await sql`update ledger.commands set not_before = now()`.execute(ledger.db);
    expect(await claim()).toEqual([expect.objectContaining({ id: '1', verify: true, fields: { Phone: '1' } })]);
  });

  it('does not pass one that somebody has his hands on', async () => {
    await ledger.insert(write({ Phone: '1' }), write({ Phone: '2' }), write({ Phone: '3' }));
    await ledger.db.transaction().execute(async (trx) => {
      await sql`select 1 from ledger.commands where id = 2 for update`.execute(trx);
      expect((await claim())[0]?.fields).toEqual({ Phone: '1' });
    });
    expect((await merges()).map(([, state]) => state)).toEqual(['in_flight', 'ready', 'ready']);
  });

  it('merges each record for itself, however many there are', async () => {
    const seeds = Array.from({ length: 300 }, (_, at) => write({ Phone: String(at) }, { user: `u${at % 7}` }));
    await ledger.insert(...seeds);
    const claimed = await claim();
    expect(claimed.map(({ recordKey, fields }) => [recordKey, fields])).toEqual(
      Array.from({ length: 7 }, (_, user) => [
        `Leads/u${user}`,
        { Phone: String(293 + ((((user - 293) % 7) + 7) % 7)) },
      ]),
    );
  });
});

describe('the turns of a claim', () => {
  it('gives each connection its turn, however many commands another one has waiting', async () => {
    await ledger.base.addConnection({ id: 'c2', tenantId: 'other' });
    await ledger.insert(...Array.from({ length: 50 }, (_, at) => ({ user: `u${at}` })), {
      connectionId: 'c2',
      user: 'last',
    });
    const claimed = await ledger.claim({ connectionIds: ['c1', 'c2'], limit: 2 });
    expect(claimed.map(({ connectionId }) => connectionId)).toEqual(['c1', 'c2']);
  });

  it('gives each lane its turn, and what is live the most of them', async () => {
    const lane = (name: 'live' | 'retry' | 'backfill') =>
      Array.from({ length: 20 }, (_, at) => ({ user: `${name}${at}`, lane: name }));
    await ledger.insert(...lane('backfill'), ...lane('retry'), ...lane('live'));
    const counts = Map.groupBy(await ledger.claim({ limit: 10, lanes: ['live', 'retry'] }), ({ lane: each }) => each);
    expect([counts.get('live')?.length, counts.get('retry')?.length]).toEqual([8, 2]);
    expect((await ledger.claim({ limit: 10, lanes: ['backfill'] })).every((each) => each.lane === 'backfill')).toBe(
      true,
    );
  });
});

describe('statistics', () => {
  it('regression: from a time with few open commands do not make a claim compare each command with each', async () => {
    await ledger.insert({});
    await sql`analyze ledger.commands`.execute(ledger.db);
    const users = Array.from({ length: 6000 }, (_, at) => ({ user: `u${at % 2000}` }));
    await ledger.insert(...users);
    // Each record's first command is under way, so the claim has to look at all of the others.
    expect(await ledger.claim({ limit: 3000 })).toHaveLength(2001);
    const options = { owner: 'me', leaseMs: 60_000, limit: 100, connectionIds: ['c1'], coalesce: true };
    const { buffers } = await costOf(ledger.base.pool, (db) => claimCommands(db, options));
    // A handful of pages for each of 4,000; it was thousands of pages for each.
    expect(buffers).toBeLessThan(100_000);
  });
});

describe('connectionsWithWork', () => {
  it('names connections with a command that is due, or whose lease is over', async () => {
    await ledger.base.addConnection({ id: 'c2', tenantId: 'other' });
    await ledger.base.addConnection({ id: 'c3', tenantId: 'third' });
    await ledger.insert({ connectionId: 'c1' }, { connectionId: 'c2' });
    const look = () => connectionsWithWork(ledger.db, ['c1', 'c2', 'c3']);
    expect((await look()).toSorted()).toEqual(['c1', 'c2']);
    await ledger.claim({ connectionIds: ['c1'] });
    expect(await look()).toEqual(['c2']);
    await sql`update ledger.commands set lease_until = now() - interval '1 s', not_before = now() + interval '1 h'`.execute(
      ledger.db,
    );
    expect(await look()).toEqual(['c1']);
    expect(await connectionsWithWork(ledger.db, [])).toEqual([]);
  });
});
