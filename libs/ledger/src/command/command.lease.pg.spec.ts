import { LedgerContext } from '../../test/ledger.context.ts';
import { extendLease } from './command.lease.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_lease');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

describe('extendLease', () => {
  it('holds commands for longer', async () => {
    await ledger.insert({ user: 'a' }, { user: 'b' });
    const claimed = await ledger.claim({ leaseMs: -1000 });
    expect(await extendLease(ledger.db, claimed, { owner: 'me', leaseMs: 60_000 })).toEqual(new Set(['1', '2']));
    expect(await ledger.claim({ owner: 'other' })).toEqual([]);
  });

  it('says which were lost to another process', async () => {
    await ledger.insert({ user: 'a' }, { user: 'b' });
    const claimed = await ledger.claim({ leaseMs: -1000 });
    await ledger.claim({ owner: 'other', limit: 1 });
    expect(await extendLease(ledger.db, claimed, { owner: 'me', leaseMs: 60_000 })).toEqual(new Set(['2']));
  });

  it('says which were lost to another worker of this process, or are settled', async () => {
    await ledger.insert({ user: 'a' }, { user: 'b' });
    const claimed = await ledger.claim({ leaseMs: -1000 });
    const again = await ledger.claim({ limit: 1 });
    expect(await extendLease(ledger.db, claimed, { owner: 'me', leaseMs: 60_000 })).toEqual(new Set(['2']));
    const outcome = { kind: 'skipped', reason: 'spec' } as const;
    await ledger.settle(again.map((command) => ({ command, outcome })));
    expect(await extendLease(ledger.db, again, { owner: 'me', leaseMs: 60_000 })).toEqual(new Set());
  });

  it('does nothing for nothing', async () => {
    expect(await extendLease(ledger.db, [], { owner: 'me', leaseMs: 1 })).toEqual(new Set());
  });
});
