import { sql, type Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import { LedgerContext } from '../../test/ledger.context.ts';
import { addHistory, costOf, unclaim, type StatementCost } from '../../test/statement.cost.ts';
import { claimCommands, connectionsWithWork } from '../command/command.claim.ts';
import { readCompany } from '../command/command.company.ts';
import { countOpenCommands, countWaitingBehindParked } from '../command/command.counts.ts';
import { fieldsBeingWritten } from '../echo/echo.store.ts';
import { linkMayBePending } from '../link/link.pending.ts';
import { settleCommands } from '../outcome/outcome.settle.ts';
import { listParked } from '../parked/parked.store.ts';
import { pruneHistory } from './history.prune.ts';

const HISTORY = 300_000;
/** So many that Postgres has a reason to use an index; what is compared with. */
const SOME = 10_000;
const OPEN = 400;
const YEAR_MS = 365 * 86_400_000;

type Call = (db: Kysely<IntegrationDatabase>) => Promise<unknown>;

const one = { connectionId: 'c1', module: 'Leads' };
const options = { owner: 'me', leaseMs: 60_000, limit: 100, connectionIds: ['c1'], coalesce: true };

/** What happens all the time. Each leaves the ledger as it was, or is put right afterwards. */
const READS: readonly (readonly [string, Call])[] = [
  ['looking for work', (db) => connectionsWithWork(db, ['c1'])],
  ['counting company', (db) => readCompany(db, { connectionId: 'c1', lanes: ['live'] })],
  ['counting open commands', (db) => countOpenCommands(db)],
  ['counting what waits behind parked ones', (db) => countWaitingBehindParked(db)],
  ['the list of parked ones', (db) => listParked(db)],
  ['fields that are being written', (db) => fieldsBeingWritten(db, { connectionId: 'c1', recordKeys: ['Leads/u1'] })],
  ['whether a link may be pending', (db) => linkMayBePending(db, one)],
];

let ledger: LedgerContext;

/** The same open commands, some parked and some waiting behind them, whatever history there is. */
async function open(): Promise<void> {
  const seeds = Array.from({ length: OPEN }, (_, at) => ({
    user: `u${at % 200}`,
    command: { fields: { Phone: `${at}` } },
  }));
  await ledger.insert(...seeds);
  await sql`
    update ledger.commands set state = 'parked', code = 'CRM_REJECTED'
     where state = 'ready' and record_key in ('Leads/u3', 'Leads/u4') and fields->>'Phone' < '2'`.execute(ledger.db);
  await sql`vacuum analyze ledger.commands, ledger.attempts`.execute(ledger.db);
}

async function readCosts(): Promise<Map<string, StatementCost>> {
  const costs = new Map<string, StatementCost>();
  for (const [name, call] of READS) {
    // Once to warm up: the first one also reads what Postgres remembers of tables and operators.
    await costOf(ledger.base.pool, call);
    costs.set(name, await costOf(ledger.base.pool, call));
  }
  return costs;
}

interface WriteCosts {
  readonly claim: StatementCost;
  readonly settle: StatementCost;
}

async function writeCosts(): Promise<WriteCosts> {
  const { pool } = ledger.base;
  const claimed = await claimCommands(ledger.db, options);
  await unclaim(ledger.db);
  const settled = claimed.map((command) => {
    return { command, outcome: { kind: 'succeeded', recordId: command.id, created: true } as const };
  });
  const claim = (): Promise<StatementCost> =>
    costOf(
      pool,
      (db) => claimCommands(db, options),
      () => unclaim(ledger.db),
    );
  const settle = async (): Promise<StatementCost> => {
    await claimCommands(ledger.db, options);
    return costOf(
      pool,
      (db) => settleCommands(db, settled, { owner: 'me', random: () => 0 }),
      async () => {
        await unclaim(ledger.db);
        await claimCommands(ledger.db, options);
      },
    );
  };
  // Once to warm up, here too.
  await claim();
  const costs = { claim: await claim(), settle: await settle() };
  await unclaim(ledger.db);
  return costs;
}

describe(`${HISTORY} finished commands`, () => {
  let before: ReadonlyMap<string, StatementCost>;
  let after: ReadonlyMap<string, StatementCost>;
  let writes: { readonly before: WriteCosts; readonly after: WriteCosts };

  beforeAll(async () => {
    ledger = await LedgerContext.open('ledger_history');
    await ledger.reset();
    await addHistory(ledger.db, SOME);
    await open();
    before = await readCosts();
    const young = await writeCosts();
    await ledger.reset();
    await addHistory(ledger.db, HISTORY);
    await open();
    after = await readCosts();
    writes = { before: young, after: await writeCosts() };
  });
  afterAll(() => ledger.close());

  it.each(READS.map(([name]) => name))('are not read by %s', (name) => {
    const [young, old] = [before.get(name), after.get(name)];
    expect(old?.scanned).not.toContain('commands');
    expect(
      old?.indexes.filter(
        (index) =>
          !/^commands_(open|by_lane|parked|parked_records|converting)$|^links|^unlinked|^connections|^holds/.test(
            index,
          ),
      ),
    ).toEqual([]);
    // The same pages, or at most one for each open command: that is how far plans differ.
    expect(old?.buffers ?? Infinity).toBeLessThanOrEqual(Math.max((young?.buffers ?? 0) * 1.25, OPEN) + 20);
  });

  it.each(['claim', 'settle'] as const)('cost a %s no more than higher indexes', (name) => {
    const [young, old] = [writes.before[name], writes.after[name]];
    expect(old.scanned).not.toContain('commands');
    expect(old.scanned).not.toContain('attempts');
    // Each row that is written goes into indexes that are one or two pages higher; reading the history would be 10,000 and more.
    expect(old.buffers).toBeLessThanOrEqual(young.buffers * 2.5 + 100);
  });

  it('are walked by pruning a batch at a time', async () => {
    const batch = (after: string): Promise<StatementCost> =>
      costOf(ledger.base.pool, (db) => pruneHistory(db, { retentionMs: YEAR_MS, after, limit: 1000 }));
    const cost = await batch('0');
    expect(cost.scanned).toEqual([]);
    expect(cost.buffers).toBeLessThan(1000);
    expect((await batch('200000')).buffers).toBeLessThan(1000);
  });
});
