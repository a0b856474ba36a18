import { sql } from 'kysely';
import { LedgerContext } from '../../test/ledger.context.ts';
import { awaitCallTurn, spendTokens, throttledConnections } from './throttle.spend.ts';
import { dropThrottle, listThrottles, putThrottle, type Throttle } from './throttle.store.ts';

let ledger: LedgerContext;
beforeAll(async () => {
  ledger = await LedgerContext.open('throttle_spend');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.base[Symbol.asyncDispose]());

const scope = {
  direction: 'out',
  connectionId: null,
  pack: null,
  operation: null,
  module: null,
  recordKey: null,
} as const;
const put = (seed: Partial<Throttle>): Promise<{ readonly isNew: boolean }> =>
  putThrottle(ledger.db, { ...scope, unit: 'commands', perSecond: 1, reason: 'r', by: 'ada', ...seed });

/** Ends of time for the buckets: nothing comes in any more. */
const freeze = (tokens: number): Promise<unknown> =>
  sql`update ledger.throttles set tokens = ${tokens}, filled_at = now() + interval '1 hour', per_second = 100`.execute(
    ledger.db,
  );

describe('throttles', () => {
  it('are one for a scope: another number takes the place of the first', async () => {
    expect(await put({ connectionId: 'c1' })).toEqual({ isNew: true });
    expect(await put({ connectionId: 'c1', perSecond: 0.5, unit: 'calls' })).toEqual({ isNew: false });
    expect(await put({ pack: 'p' })).toEqual({ isNew: true });
    expect(
      (await listThrottles(ledger.db)).map(({ connectionId, pack, unit, perSecond }) => [
        connectionId,
        pack,
        unit,
        perSecond,
      ]),
    ).toEqual([
      ['c1', null, 'calls', 0.5],
      [null, 'p', 'commands', 1],
    ]);
    expect(await throttledConnections(ledger.db)).toEqual(new Set(['c1', null]));
    expect(await dropThrottle(ledger.db, { ...scope, connectionId: 'c1' })).toBe(true);
    expect(await dropThrottle(ledger.db, { ...scope, connectionId: 'c1' })).toBe(false);
  });

  it('give tokens to commands that fall under them, and no more than there are to whoever asks at the same time', async () => {
    await put({ connectionId: 'c1', module: 'Leads' });
    await freeze(2);
    await ledger.insert(...['a', 'b', 'c'].map((user) => ({ user })), { user: 'd', command: { module: 'Contacts' } });
    const claimed = await ledger.claim();
    expect(claimed).toHaveLength(4);
    const answers = await Promise.all(claimed.map((command) => spendTokens(ledger.db, [command])));
    expect(answers.map((back) => back.size).reduce((sum, size) => sum + size, 0)).toBe(1);
    expect(answers[3]?.size).toBe(0);
    const { rows } = await sql<{ tokens: number }>`select tokens from ledger.throttles`.execute(ledger.db);
    expect(rows).toEqual([{ tokens: 0 }]);
  });

  it('leave the claim what they have room for', async () => {
    await put({ pack: 'signup-lead' });
    await freeze(2.5);
    await ledger.insert(...['a', 'b', 'c'].map((user) => ({ user })), { user: 'd', mapping: 'other' });
    const claimed = await ledger.claim({ paced: { batch: 100 } });
    expect(claimed.map(({ entityId }) => entityId)).toEqual(['a', 'b', 'd']);
    await freeze(0.5);
    expect(await ledger.claim({ paced: { batch: 100 } })).toEqual([]);
  });
});

describe('calls that read', () => {
  it('have their turn one after another, and none when it would be too late', async () => {
    await put({ direction: 'in', connectionId: 'c1', unit: 'calls' });
    await freeze(1);
    expect(await awaitCallTurn(ledger.db, 'c1', 5)).toBe(true);
    // The next one has to wait for a hundredth of a second.
    expect(await awaitCallTurn(ledger.db, 'c1', 5)).toBe(false);
    expect(await awaitCallTurn(ledger.db, 'c1', 50)).toBe(true);
    expect(await awaitCallTurn(ledger.db, 'other', 5)).toBe(true);
  });

  it('do not wait for a throttle that was cleared meanwhile', async () => {
    await put({ direction: 'in', unit: 'calls' });
    await sql`update ledger.throttles set tokens = 0, filled_at = now() + interval '1 hour', per_second = 0.001`.execute(
      ledger.db,
    );
    const turn = awaitCallTurn(ledger.db, 'c1', 3_600_000);
    await dropThrottle(ledger.db, { ...scope, direction: 'in' });
    expect(await turn).toBe(true);
  });
});
