import fc from 'fast-check';
import { sql, type QueryExecutorProvider } from 'kysely';
import { transaction } from '#postgres';
import { aNewCommand, until, type NewCommandSeed } from '#testing';
import { LedgerContext } from '../../test/ledger.context.ts';
import { insertCommands } from '../command/command.insert.ts';
import { releaseRecord } from '../release/released.store.ts';
import { restoreRecord } from '../release/record.restore.ts';
import { editParked, retryParked, skipParked } from './parked.actions.ts';
import { mendParkedMarks } from './parked.marks.ts';
import { listParked } from './parked.store.ts';

const REFUSED = { kind: 'rejected', code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' } as const;
const DONE = { kind: 'succeeded', recordId: '700', created: true } as const;
const A = { connectionId: 'c1', recordKey: 'Leads/a' };
const NOTE = { operation: 'note', effectKey: 'k' } as const;

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_marks');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

/** Open commands that are marked as waiting behind a parked one. */
async function marked(): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id::text from ledger.commands
     where behind_parked and state in ('ready', 'in_flight', 'unknown', 'parked') order by id`.execute(ledger.db);
  return rows.map(({ id }) => id);
}

const insert = (trx: QueryExecutorProvider, ...seeds: NewCommandSeed[]): Promise<void> =>
  insertCommands(trx, seeds.map(aNewCommand));

/** Commands 1 to 3 of record a: the first is parked, the others wait behind it. */
async function park(): Promise<void> {
  await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'a' });
  await ledger.settleAll(REFUSED);
}

/** Claims and does everything until nothing is left. @returns the ids in the order in which they were done. */
async function drain(): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const claimed = await ledger.claim();
    if (claimed.length === 0) return done;
    await ledger.settle(claimed.map((command) => ({ command, outcome: DONE })));
    done.push(...claimed.map(({ id }) => id));
  }
}

describe('what waits behind a parked command', () => {
  it('is marked when it is parked, and when it comes later; other records are not', async () => {
    await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'b' });
    const [first, other] = await ledger.claim();
    if (first === undefined || other === undefined) throw new Error('two records can be claimed');
    await ledger.settle([{ command: first, outcome: REFUSED }]);
    await ledger.insert({ user: 'a' }, { user: 'b' }, { user: 'c' });
    expect(await marked()).toEqual(['2', '4']);
    await ledger.settle([{ command: other, outcome: DONE }]);
    expect(await drain()).toEqual(['5', '6']);
  });

  it("is that of its own connection: the same record of another one is somebody else's", async () => {
    await ledger.base.addConnection({ id: 'c2', tenantId: 'other' });
    await ledger.insert({ user: 'a' }, { user: 'b', connectionId: 'c2' });
    for (const command of await ledger.claim({ connectionIds: ['c1', 'c2'] }))
      await ledger.settle([{ command, outcome: REFUSED }]);
    await ledger.insert(...['c1', 'c2'].flatMap((connectionId) => ['a', 'b'].map((user) => ({ user, connectionId }))));
    expect(await marked()).toEqual(['3', '6']);
  });

  it.each<[string, string[], () => Promise<unknown>]>([
    ['is retried', ['1', '2', '3'], () => retryParked(ledger.db, ['1'])],
    ['is skipped', ['2', '3'], () => skipParked(ledger.db, ['1'])],
    ['is edited', ['1', '2', '3'], () => editParked(ledger.db, { id: '1', fields: { Last_Name: 'King' } })],
    [
      'is ended by a delete',
      ['4', '5'],
      () => ledger.insert({ user: 'a', command: { operation: 'delete' } }, { user: 'a' }),
    ],
    [
      'gives way to the whole record',
      ['1'],
      () => restoreRecord(ledger.db, { ...A, write: aNewCommand({ user: 'a' }), how: 'make' }),
    ],
    [
      'gives way to what came back',
      ['1'],
      () => restoreRecord(ledger.db, { ...A, write: aNewCommand({ user: 'a' }), how: 'assert' }),
    ],
    [
      'is left alone with its record, and something new comes',
      ['4'],
      async () => {
        await releaseRecord(ledger.db, A);
        await ledger.insert({ user: 'a' });
      },
    ],
    ['is deleted by hand', ['2', '3'], () => sql`delete from ledger.commands where id = 1`.execute(ledger.db)],
    ['is ended by hand', ['2', '3'], () => ledger.setState(['1'], 'succeeded')],
  ])('goes on when it %s', async (_way, ids, act) => {
    await park();
    expect(await marked()).toEqual(['2', '3']);
    await act();
    expect(await marked()).toEqual([]);
    expect(await drain()).toEqual(ids);
  });

  it('goes on when a parked note makes room for the write of its record', async () => {
    const link = { product: 'portal', entityType: 'user', entityId: 'a', module: 'Leads', recordId: '700' };
    await ledger.insert({ user: 'a' });
    const [write] = await ledger.claim();
    if (write === undefined) throw new Error('the write can be claimed');
    await ledger.settle([{ command: write, outcome: DONE, link }]);
    await ledger.insert({ user: 'a', command: NOTE }, { user: 'a', command: { ...NOTE, effectKey: 'l' } });
    await ledger.settleAll(REFUSED);
    expect(await marked()).toEqual(['3']);
    await restoreRecord(ledger.db, { ...A, write: aNewCommand({ user: 'a' }), how: 'assert' });
    expect(await marked()).toEqual([]);
    expect(await drain()).toEqual(['2', '3', '4']);
  });
});

describe('two transactions at once', () => {
  it('one adds a command while the other lets the parked one go on: that waits, and clears the mark', async () => {
    await park();
    let isOver = false;
    let retried: Promise<unknown> | undefined;
    await ledger.db.transaction().execute(async (trx) => {
      await insert(trx, { user: 'a' });
      retried = retryParked(ledger.db, ['1']).finally(() => (isOver = true));
      await until(async () => {
        const { rows } = await sql<{ waits: boolean }>`
          select exists (select 1 from pg_locks where not granted and locktype in ('tuple', 'transactionid')
                            and pid in (select pid from pg_stat_activity where datname = current_database())) as waits`.execute(
          ledger.db,
        );
        return rows[0]?.waits === true;
      });
      expect(isOver).toBe(false);
    });
    await retried;
    expect(await marked()).toEqual([]);
    expect(await drain()).toEqual(['1', '2', '3', '4']);
  });

  it('one lets the parked one go on while the other adds a command: that waits for nobody, and marks nothing', async () => {
    await park();
    await ledger.db.transaction().execute(async (trx) => {
      await skipParked(trx, ['1']);
      await ledger.insert({ user: 'a' });
    });
    expect(await marked()).toEqual([]);
    expect(await drain()).toEqual(['2', '3', '4']);
  });

  it('one adds a command while the other parks: it is never claimed before its turn, and is marked later', async () => {
    await ledger.insert({ user: 'a' });
    const [first] = await ledger.claim();
    if (first === undefined) throw new Error('there is a command');
    await ledger.db.transaction().execute(async (trx) => {
      await insert(trx, { user: 'a' });
      await ledger.settle([{ command: first, outcome: REFUSED }]);
    });
    expect(await marked()).toEqual([]);
    expect(await ledger.claim()).toEqual([]);
    expect(await mendParkedMarks(ledger.db)).toEqual({ marked: 1, cleared: 0 });
    expect(await marked()).toEqual(['2']);
    await skipParked(ledger.db, ['1']);
    expect(await drain()).toEqual(['2']);
  });

  it('a batch that is full is followed by another, and marks without a reason are cleared', async () => {
    await park();
    await sql`update ledger.commands set behind_parked = false`.execute(ledger.db);
    await ledger.insert({ user: 'b' }, { user: 'b' }, { user: 'b' });
    await sql`update ledger.commands set behind_parked = true where entity_id = 'b'`.execute(ledger.db);
    expect(await mendParkedMarks(ledger.db, 1)).toEqual({ marked: 2, cleared: 3 });
    expect(await marked()).toEqual(['2', '3']);
  });
});

type Step =
  | { readonly kind: 'add'; readonly users: readonly string[] }
  | { readonly kind: 'work'; readonly refuse: number }
  | { readonly kind: 'delete'; readonly user: string }
  | { readonly kind: 'release'; readonly user: string }
  | { readonly kind: 'retry' | 'skip' | 'mend' };

const user = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), users: fc.array(user, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant('work' as const), refuse: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant('delete' as const), user }),
  fc.record({ kind: fc.constant('release' as const), user }),
  fc.record({ kind: fc.constantFrom('retry' as const, 'skip' as const, 'mend' as const) }),
);

/** Inserts of one entity follow one another, as the lock of its state has it in the mapper. */
const adding = (...seeds: NewCommandSeed[]): Promise<void> =>
  transaction(ledger.db, async (trx) => {
    await sql`select pg_advisory_xact_lock(1)`.execute(trx);
    await insert(trx, ...seeds);
  });

async function run(owner: string, steps: readonly Step[], done: string[]): Promise<void> {
  const parked = async (): Promise<string[]> => (await listParked(ledger.db)).map(({ id }) => id);
  for (const each of steps) {
    if ('users' in each) await adding(...each.users.map((name) => ({ user: name })));
    else if ('refuse' in each) {
      const claimed = await ledger.claim({ owner });
      const outcomes = claimed.map((command, at) => ({ command, outcome: at < each.refuse ? REFUSED : DONE }));
      for (const { command, outcome } of outcomes) if (outcome === DONE) done.push(command.id);
      await ledger.settle(outcomes, owner);
    } else if (each.kind === 'delete') await adding({ user: each.user, command: { operation: 'delete' } });
    else if (each.kind === 'release') {
      const record = { connectionId: 'c1', recordKey: `Leads/${each.user}` };
      await transaction(ledger.db, (trx) => releaseRecord(trx, record));
    } else if (each.kind === 'mend') await mendParkedMarks(ledger.db);
    else if (each.kind === 'retry') await transaction(ledger.db, async (trx) => retryParked(trx, await parked()));
    else await transaction(ledger.db, async (trx) => skipParked(trx, await parked()));
  }
}

describe('many at once', () => {
  it('leave no command marked that waits behind none, and keep the order of each record', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 12 }), { minLength: 3, maxLength: 4 }), async (workers) => {
        await ledger.reset();
        await ledger.insert(...['a', 'b', 'c', 'a', 'b', 'c', 'a'].map((name) => ({ user: name })));
        const done: string[] = [];
        await Promise.all(workers.map((steps, at) => run(`worker ${at}`, steps, done)));
        const wrong = await sql`
          select c.id from ledger.commands c
           where c.behind_parked and c.state = 'ready' and not exists (
             select 1 from ledger.commands p where p.record_key = c.record_key and p.state = 'parked' and p.id < c.id)`.execute(
          ledger.db,
        );
        expect(wrong.rows).toEqual([]);
        await skipParked(
          ledger.db,
          (await listParked(ledger.db)).map(({ id }) => id),
        );
        done.push(...(await drain()));
        const { rows } = await sql<{ id: string; record_key: string; state: string }>`
          select id::text, record_key, state from ledger.commands order by id`.execute(ledger.db);
        expect(rows.filter(({ state }) => state !== 'succeeded' && state !== 'skipped')).toEqual([]);
        const recordOf = new Map(rows.map((row) => [row.id, row.record_key]));
        for (const [, ids] of Map.groupBy(done.map(Number), (id) => recordOf.get(String(id)))) {
          expect(ids).toEqual(ids.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
