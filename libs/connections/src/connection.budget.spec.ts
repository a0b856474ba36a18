import { silentLogger, until } from '#testing';
import { createMemoryCreditStore, type CreditStore, type Failure, type ZohoCalls } from '#zoho';
import { ConnectionBudget } from './connection.budget.ts';

const HOUR = 3_600_000;
type OrgAnswer = Awaited<ReturnType<ZohoCalls['org']>>;
const enterprise: OrgAnswer = {
  kind: 'ok',
  org: {
    id: '1',
    zgid: null,
    companyName: null,
    timeZone: null,
    currency: null,
    type: null,
    paidType: 'enterprise',
    users: 10,
  },
};
const refused: Failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP_500' };

let now: number;
let store: CreditStore;
let asked: number;
let answer: OrgAnswer;

beforeEach(() => {
  now = Date.parse('2026-03-02T10:00:00Z');
  store = createMemoryCreditStore();
  asked = 0;
  answer = enterprise;
});

function make(settings: { credits?: number; concurrency?: number } = {}): ConnectionBudget {
  const budget = new ConnectionBudget({
    store,
    clock: () => now,
    logger: silentLogger,
    settings,
    onEvent: () => undefined,
  });
  budget.learnBy({ org: () => Promise.resolve((asked += 1)).then(() => answer) });
  return budget;
}
const enter = (budget: ConnectionBudget) => budget.enter({ kind: 'upsert', lane: 'live', price: 0, heavy: false });

describe('ConnectionBudget', () => {
  it('learns from the organisation, once a day, and for all replicas', async () => {
    const budget = make();
    expect(asked).toBe(0);
    await enter(budget);
    await until(() => budget.budget.state().credits === 60_000);
    expect(budget.budget.state()).toMatchObject({ cap: 20 });
    const replica = make();
    await enter(replica);
    expect(replica.budget.state()).toMatchObject({ credits: 60_000, cap: 20 });
    await enter(budget);
    expect(asked).toBe(1);
    now += 24 * HOUR;
    await enter(budget);
    await until(() => asked === 2);
  });

  it('assumes the least where it may not ask, and asks again later', async () => {
    answer = refused;
    const budget = make();
    await enter(budget);
    await enter(budget);
    await until(() => asked === 1);
    expect(budget.budget.state()).toMatchObject({ credits: null, cap: 5 });
    answer = enterprise;
    now += HOUR;
    await enter(budget);
    await until(() => budget.budget.state().cap === 20);
  });

  it('goes by the settings of the connection before all', async () => {
    const budget = make({ credits: 1000 });
    expect(budget.budget.state()).toMatchObject({ credits: 1000, cap: 5 });
    await enter(budget);
    await until(() => budget.budget.state().cap === 20);
    expect(budget.budget.state().credits).toBe(1000);
  });
});
