import { sql } from 'kysely';
import type { Json } from '#contracts';
import { LedgerContext } from '../../test/ledger.context.ts';
import { fieldsBeingWritten, putEchoes, readEchoes } from './echo.store.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_echo');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

const sent = (field: string, value: Json, recordKey = 'Leads/1') => {
  return { connectionId: 'c1', recordKey, field, value, source: 'sent' } as const;
};
const seen = (field: string, before: Json, value: Json) => ({ ...sent(field, value), source: 'seen', before }) as const;
const known = async (recordKey = 'Leads/1'): Promise<Record<string, Json>> => {
  const found = await readEchoes(ledger.db, { connectionId: 'c1', recordKeys: [recordKey] });
  return Object.fromEntries(found.get(recordKey) ?? []);
};

describe('echoes', () => {
  it.each<Json>([null, '', 'Ana', 0, 1.5, false, [], ['a'], { id: '7', name: 'x' }])(
    'keep %j as it is',
    async (value) => {
      await putEchoes(ledger.db, [sent('Field', value)]);
      expect(await known()).toEqual({ Field: value });
      const { rows } = await sql<{ missing: boolean }>`select value is null as missing from ledger.echoes`.execute(
        ledger.db,
      );
      expect(rows).toEqual([{ missing: false }]);
    },
  );

  it('are those of the last write, field by field', async () => {
    await putEchoes(ledger.db, [sent('Last_Name', 'Lovelace'), sent('Phone', '1')]);
    await putEchoes(ledger.db, [sent('Phone', null)]);
    expect(await known()).toEqual({ Last_Name: 'Lovelace', Phone: null });
  });

  it('are found for many records at once, and for no others', async () => {
    await putEchoes(ledger.db, [sent('A', 1, 'Leads/1'), sent('A', 2, 'Leads/2'), sent('A', 3, 'Leads/3')]);
    expect(await readEchoes(ledger.db, { connectionId: 'c1', recordKeys: ['Leads/1', 'Leads/3', 'Leads/4'] })).toEqual(
      new Map([
        ['Leads/1', new Map([['A', 1]])],
        ['Leads/3', new Map([['A', 3]])],
      ]),
    );
    expect(await readEchoes(ledger.db, { connectionId: 'c2', recordKeys: ['Leads/1'] })).toEqual(new Map());
  });

  it('are replaced by what was seen', async () => {
    await putEchoes(ledger.db, [sent('Status', null), sent('Phone', '1')]);
    await putEchoes(ledger.db, [seen('Status', null, 'Contacted'), seen('New', null, 'x')]);
    expect(await known()).toEqual({ Status: 'Contacted', New: 'x', Phone: '1' });
  });

  it('regression: what was sent since the record was judged is newer than what was seen', async () => {
    await putEchoes(ledger.db, [sent('Status', 'New')]);
    await putEchoes(ledger.db, [sent('Status', 'Sent meanwhile'), sent('Other', 'Sent meanwhile')]);
    await putEchoes(ledger.db, [seen('Status', 'New', 'Edited'), seen('Other', null, 'Edited')]);
    expect(await known()).toEqual({ Status: 'Sent meanwhile', Other: 'Sent meanwhile' });
  });

  it('regression: many who write the same ones in other orders do not deadlock', async () => {
    const fields = Array.from({ length: 200 }, (_, index) => `F${index}`);
    const writes = Array.from({ length: 8 }, (_, turn) =>
      putEchoes(
        ledger.db,
        (turn % 2 === 0 ? fields : fields.toReversed()).map((field) => sent(field, turn)),
      ),
    );
    await Promise.all(writes);
    expect(Object.keys(await known())).toHaveLength(200);
  });

  it('are none for nothing', async () => {
    await putEchoes(ledger.db, []);
    expect(await readEchoes(ledger.db, { connectionId: 'c1', recordKeys: [] })).toEqual(new Map());
  });
});

describe('fieldsBeingWritten', () => {
  const fieldsOf = async (): Promise<Set<string> | undefined> =>
    (await fieldsBeingWritten(ledger.db, { connectionId: 'c1', recordKeys: ['Leads/42'] })).get('Leads/42');

  beforeEach(async () => {
    await ledger.insert(
      { command: { fields: { Last_Name: 'a', Phone: null } } },
      { command: { fields: { Phone: 'b' } } },
      { user: '43', command: { fields: { Email: 'c' } } },
    );
  });

  it.each(['ready', 'in_flight', 'unknown', 'parked'])('counts commands that are %s', async (state) => {
    await ledger.setState(['1', '2'], state);
    expect(await fieldsOf()).toEqual(new Set(['Last_Name', 'Phone']));
  });

  it('does not count those that ended, or of other records', async () => {
    await ledger.setState(['1'], 'succeeded');
    expect(await fieldsOf()).toEqual(new Set(['Phone']));
    await ledger.setState(['2'], 'skipped');
    expect(await fieldsOf()).toBeUndefined();
  });
});
