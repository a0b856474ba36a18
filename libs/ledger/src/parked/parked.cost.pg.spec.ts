import { sql } from 'kysely';
import { LedgerContext } from '../../test/ledger.context.ts';
import { costOf, type StatementCost } from '../../test/statement.cost.ts';
import { claimCommands, connectionsWithWork } from '../command/command.claim.ts';
import { readCompany } from '../command/command.company.ts';

const RECORDS = 200;
const options = { owner: 'me', leaseMs: 60_000, limit: 100, connectionIds: ['c1'] };

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_blocked');
});
afterAll(() => ledger.close());

interface Costs {
  readonly look: StatementCost;
  readonly company: StatementCost;
  readonly claim: StatementCost;
}

/** What is asked all the time while so many commands wait behind parked ones, all of them older than the 200 that can go on. */
async function costsBehind(waiting: number): Promise<Costs> {
  await ledger.reset();
  const refused = Array.from({ length: RECORDS }, (_, at) => ({ user: `no${at}` }));
  await ledger.insert(...refused);
  for (let left = RECORDS; left > 0; left -= 100) {
    await ledger.settleAll({ kind: 'rejected', code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' });
  }
  await ledger.insert(...Array.from({ length: waiting }, (_, at) => ({ user: `no${at % RECORDS}` })));
  await ledger.insert(...Array.from({ length: RECORDS }, (_, at) => ({ user: `ok${at}` })));
  await sql`vacuum analyze ledger.commands, ledger.attempts`.execute(ledger.db);
  const { pool } = ledger.base;
  const back = (): Promise<unknown> =>
    sql`update ledger.commands set state = 'ready', lease_owner = null, lease_until = null where state = 'in_flight'`.execute(
      ledger.db,
    );
  const cost = async (...call: Parameters<typeof costOf> extends [unknown, ...infer Rest] ? Rest : never) => {
    // Once to warm up: the first one also reads what Postgres remembers of tables and operators.
    await costOf(pool, ...call);
    await sql`vacuum ledger.commands`.execute(ledger.db);
    return costOf(pool, ...call);
  };
  return {
    look: await cost((db) => connectionsWithWork(db, ['c1'])),
    company: await cost((db) => readCompany(db, { connectionId: 'c1', lanes: ['live'] })),
    claim: await cost((db) => claimCommands(db, options), back),
  };
}

describe('20,000 commands behind parked ones', () => {
  it('cost those of other records nothing', async () => {
    const few = await costsBehind(0);
    const many = await costsBehind(20_000);
    for (const name of ['look', 'company', 'claim'] as const) {
      expect(many[name].scanned).not.toContain('commands');
      // Without the mark each of them would be looked at: some 40,000 pages. Some more there are when others' transactions kept vacuum
      // from clearing the index.
      expect(many[name].buffers).toBeLessThanOrEqual(few[name].buffers * 3 + 50);
    }
  });
});
