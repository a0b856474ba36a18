import { LedgerContext } from '../../test/ledger.context.ts';
import { linkMayBePending } from './link.pending.ts';
import { putLinks } from './link.store.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_pending');
});
beforeEach(async () => {
  await ledger.reset();
  await ledger.insert({});
});
afterAll(() => ledger.close());

const pending = (seed = {}): Promise<boolean> =>
  linkMayBePending(ledger.db, { connectionId: 'c1', module: 'Leads', ...seed });

describe('linkMayBePending', () => {
  it.each([
    ['ready', false],
    ['in_flight', true],
    ['unknown', true],
    ['parked', false],
    ['succeeded', false],
    ['skipped', false],
  ])('while the first command of a record is %s: %s', async (state, expected) => {
    await ledger.setState(['1'], state);
    expect(await pending()).toBe(expected);
  });

  it('is over when the link is there', async () => {
    await ledger.setState(['1'], 'in_flight');
    await putLinks(ledger.db, [
      {
        connectionId: 'c1',
        recordKey: 'Leads/42',
        product: 'portal',
        entityType: 'user',
        entityId: '42',
        module: 'Leads',
        recordId: '7',
      },
    ]);
    expect(await pending()).toBe(false);
  });

  it('asks about one module of one connection', async () => {
    await ledger.setState(['1'], 'in_flight');
    expect(await pending({ module: 'Contacts' })).toBe(false);
    expect(await pending({ connectionId: 'c2' })).toBe(false);
  });
});
