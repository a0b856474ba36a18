import { sql } from 'kysely';
import { LedgerContext } from '../../test/ledger.context.ts';
import { costOf, type StatementCost } from '../../test/statement.cost.ts';
import { namesOfRecords } from './link.names.ts';
import { linksOfRecords } from './link.store.ts';

const recordIds = ['r1', 'r2', 'r3'];

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_links');
});
afterAll(() => ledger.close());

/** One look for links of three records, one for their names. */
async function looks(): Promise<StatementCost[]> {
  const { pool } = ledger.base;
  const query = { connectionId: 'c1', module: 'Leads', recordIds };
  return [await costOf(pool, (db) => linksOfRecords(db, query)), await costOf(pool, (db) => namesOfRecords(db, query))];
}

describe('links of records that were read', () => {
  it('regression: are found by an index, however many links there are', async () => {
    await ledger.reset();
    await sql`
      insert into ledger.links (connection_id, record_key, product, entity_type, entity_id, module, record_id)
      select 'c1', 'Leads/' || i, 'portal', 'user', i::text, 'Leads', 'r' || i from generate_series(1, 20000) i`.execute(
      ledger.db,
    );
    await sql`vacuum analyze ledger.links`.execute(ledger.db);
    for (const look of await looks()) {
      expect(look.scanned).toEqual([]);
      expect(look.buffers).toBeLessThan(30);
    }
  });
});
