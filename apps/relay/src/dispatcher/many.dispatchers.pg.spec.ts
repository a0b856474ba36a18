import { until } from '#testing';
import { DispatcherContext } from '../../test/dispatcher.context.ts';

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('dispatchers');
});
beforeEach(() => context.reset());
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

const settled = (...wanted: string[]): Promise<unknown> =>
  until(async () => JSON.stringify((await context.commands()).map(({ state }) => state)) === JSON.stringify(wanted), {
    what: wanted.join(', '),
  });

describe('many dispatchers', () => {
  it('send each command once and keep the order of each record', async () => {
    const seeds = Array.from({ length: 200 }, (_, index) => ({
      user: `u${index % 17}`,
      command: { fields: { Last_Name: 'x', Phone: String(index) } },
    }));
    await context.insert(...seeds);
    const written: Record<string, number[]> = {};
    context.crm.before = (_call, records) => {
      for (const record of records) {
        const key = String(Number(record['Phone']) % 17);
        (written[key] ??= []).push(Number(record['Phone']));
      }
      return new Promise((resolve) => setImmediate(resolve));
    };
    for (let turn = 0; turn < 3; turn += 1) context.start({ concurrency: 2, batchSize: 7, coalesce: false });
    await until(async () => (await context.commands()).every(({ state }) => state === 'succeeded'));
    const all = Object.values(written).flat();
    expect(all).toHaveLength(200);
    for (const phones of Object.values(written)) expect(phones).toEqual(phones.toSorted((a, b) => a - b));
    expect(context.crm.records('Leads')).toHaveLength(17);
  });

  it('regression: one whose claim ran out does not send after another took over', async () => {
    // The first call is slow, so slow that the lease of the one that waits for its slot runs out.
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    context.crm.before = () => (context.crm.calls.length === 1 ? opened : Promise.resolve());
    const write = (user: string, Phone: string) => ({ user, command: { fields: { Phone } } });
    await context.insert(write('slow', '0'), write('a', '1'), write('a', '2'));
    const late = context.start({ concurrency: 1, leaseMs: 40, batchSize: 1, coalesce: false });
    await until(() => context.crm.count('upsert') === 1);
    context.start({ concurrency: 1, coalesce: false });
    await settled('succeeded', 'succeeded', 'succeeded');
    const made = context.crm.calls.length;
    open();
    await late.stop();
    expect(new Set(context.crm.records('Leads').map(({ Phone }) => Phone))).toEqual(new Set(['0', '2']));
    expect(context.crm.calls).toHaveLength(made);
  });
});
