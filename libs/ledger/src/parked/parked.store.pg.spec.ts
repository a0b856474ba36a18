import { sql } from 'kysely';
import { LedgerContext } from '../../test/ledger.context.ts';
import { editParked, retryParked, skipParked } from './parked.actions.ts';
import { listParked } from './parked.store.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_parked');
});
beforeEach(async () => {
  await ledger.reset();
  await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'b' }, { user: 'a' });
  await ledger.settleAll({ kind: 'rejected', code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' });
});
afterAll(() => ledger.close());

const states = async (): Promise<string[]> => (await ledger.commands()).map(({ state }) => state);

describe('listParked', () => {
  it('shows what is parked, oldest first, and how many wait behind it', async () => {
    const parked = await listParked(ledger.db);
    expect(parked.map(({ id, recordKey, waiting }) => [id, recordKey, waiting])).toEqual([
      ['1', 'Leads/a', 2],
      ['3', 'Leads/b', 0],
    ]);
    expect(parked[0]).toMatchObject({
      connectionId: 'c1',
      product: 'portal',
      entityId: 'a',
      pack: 'signup-lead',
      module: 'Leads',
      operation: 'write',
      code: 'CRM_MANDATORY_MISSING',
      field: 'Last_Name',
      reason: 'no name',
      createdAt: expect.any(Date),
    });
  });

  it('shows no more than asked for', async () => {
    expect(await listParked(ledger.db, { limit: 1 })).toHaveLength(1);
  });
});

const ids = async (selection: Parameters<typeof listParked>[1]): Promise<string[]> =>
  (await listParked(ledger.db, selection)).map(({ id }) => id);

describe('a selection', () => {
  it.each<[Parameters<typeof listParked>[1], string[]]>([
    [{ ids: ['3', '2'] }, ['3']],
    [{ ids: [] }, []],
    [{ code: 'CRM_MANDATORY_MISSING' }, ['1', '3']],
    [{ code: 'CRM_DUPLICATE' }, []],
    [{ pack: 'signup-lead', recordKey: 'Leads/b' }, ['3']],
    [{ pack: 'another' }, []],
    [{ connectionId: 'c1', module: 'Leads', limit: 1 }, ['1']],
    [{ connectionId: 'c2' }, []],
    [{ module: 'Contacts' }, []],
    [{ since: new Date('2020-01-01T00:00:00Z') }, ['1', '3']],
    [{ before: new Date('2020-01-01T00:00:00Z') }, []],
  ])('by %j', async (selection, found) => {
    expect(await ids(selection)).toEqual(found);
  });

  it.each(['', 'seventeen', '1; drop', '-1', '99999999999999999999999'])('regression: %j names no command', async (id) => {
    expect(await ids({ ids: [id] })).toEqual([]);
  });
});

describe('retryParked', () => {
  it('makes the commands ready at once; later ones wait on', async () => {
    expect(await retryParked(ledger.db, ['1'])).toEqual(['1']);
    expect(await states()).toEqual(['ready', 'ready', 'parked', 'ready']);
    expect((await ledger.claim()).map(({ id, verify }) => [id, verify])).toEqual([['1', false]]);
  });

  it('does nothing for commands that are not parked', async () => {
    expect(await retryParked(ledger.db, ['2', '999'])).toEqual([]);
  });

  it('does it once when two ask at the same moment', async () => {
    const answers = await Promise.all([retryParked(ledger.db, ['1']), skipParked(ledger.db, ['1'])]);
    expect(answers.flat()).toEqual(['1']);
  });
});

describe('skipParked', () => {
  it('ends the commands; later ones of the record go on; the outbox tells who it was', async () => {
    expect(await skipParked(ledger.db, ['1'])).toEqual(['1']);
    expect(await ledger.commands()).toEqual([
      expect.objectContaining({ state: 'skipped', finished: true, reason: 'skipped by an operator' }),
      expect.objectContaining({ state: 'ready' }),
      expect.objectContaining({ state: 'parked' }),
      expect.objectContaining({ state: 'ready' }),
    ]);
    expect((await ledger.claim()).map(({ id }) => id)).toEqual(['2']);
    expect((await ledger.outbox()).at(-1)).toMatchObject({
      type: 'crm.command.skipped',
      entity: 'a',
      tenant: 'portal',
      payload: { command_id: '1', state: 'skipped', cause: 'operator', module: 'Leads', record_id: null },
    });
  });
});

describe('editParked', () => {
  it('sends other fields and keeps those that the mapping asked for, also through a second edit', async () => {
    expect(await editParked(ledger.db, { id: '1', fields: { Last_Name: 'Ada' } })).toBe(true);
    expect(await editParked(ledger.db, { id: '1', fields: { Last_Name: 'Ida' } })).toBe(false);
    const [claimed] = await ledger.claim();
    expect(claimed?.fields).toEqual({ Last_Name: 'Ada' });
    await ledger.setState(['1'], 'parked');
    await editParked(ledger.db, { id: '1', fields: { Last_Name: 'Ida', Company: 'X' } });
    const { rows } = await sql<object>`
      select fields, original_fields as original from ledger.commands where id = 1`.execute(ledger.db);
    expect(rows).toEqual([
      { fields: { Last_Name: 'Ida', Company: 'X' }, original: { Last_Name: 'Lovelace' } },
    ]);
    expect((await ledger.outbox()).at(-1)).toMatchObject({ type: 'crm.command.edited', payload: { cause: 'operator' } });
  });

  it('tells the outbox no value', async () => {
    await editParked(ledger.db, { id: '1', fields: { Last_Name: 'Ada' } });
    expect(JSON.stringify(await ledger.outbox())).not.toMatch(/Ada|Lovelace/);
  });
});
