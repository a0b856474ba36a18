import { LedgerContext } from '../../test/ledger.context.ts';
import { listParked, retryParked, skipParked } from './parked.store.ts';

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
      operation: 'write',
      code: 'CRM_MANDATORY_MISSING',
      field: 'Last_Name',
      reason: 'no name',
      createdAt: expect.any(Date),
    });
  });

  it('shows no more than asked for', async () => {
    expect(await listParked(ledger.db, 1)).toHaveLength(1);
  });
});

describe('retryParked', () => {
  it('makes the command ready at once; later ones wait on', async () => {
    expect(await retryParked(ledger.db, '1')).toBe(true);
    expect(await states()).toEqual(['ready', 'ready', 'parked', 'ready']);
    expect((await ledger.claim()).map(({ id, verify }) => [id, verify])).toEqual([['1', false]]);
  });

  it('does nothing for a command that is not parked', async () => {
    expect(await retryParked(ledger.db, '2')).toBe(false);
    expect(await retryParked(ledger.db, '999')).toBe(false);
  });

  it('does it once when two ask at the same moment', async () => {
    const answers = await Promise.all([retryParked(ledger.db, '1'), skipParked(ledger.db, '1')]);
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

describe('skipParked', () => {
  it('ends the command; later ones of the record go on', async () => {
    expect(await skipParked(ledger.db, '1')).toBe(true);
    expect(await ledger.commands()).toEqual([
      expect.objectContaining({ state: 'skipped', finished: true, reason: 'skipped by an operator' }),
      expect.objectContaining({ state: 'ready' }),
      expect.objectContaining({ state: 'parked' }),
      expect.objectContaining({ state: 'ready' }),
    ]);
    expect((await ledger.claim()).map(({ id }) => id)).toEqual(['2']);
  });
});

describe('an id that is none', () => {
  it.each(['', 'seventeen', '1; drop', '-1', '99999999999999999999999'])(
    'regression: %j names no command',
    async (id) => {
      expect(await retryParked(ledger.db, id)).toBe(false);
      expect(await skipParked(ledger.db, id)).toBe(false);
    },
  );
});
