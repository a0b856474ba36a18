import type { RecordsResult } from '#zoho';
import { SharedLook } from './shared.look.ts';

interface Call {
  readonly ids: readonly string[];
  readonly answer: (result: RecordsResult | PromiseLike<RecordsResult>) => void;
}

const FIELD = 'PWB_User_ID';

/** A CRM whose calls are answered by hand, with as many ways to ask it. */
function handled() {
  const calls: Call[] = [];
  const crm = {
    getByIds: (_module: string, { ids }: { readonly ids: readonly string[] }): Promise<RecordsResult> => {
      const { promise, resolve: answer } = Promise.withResolvers<RecordsResult>();
      calls.push({ ids, answer });
      return promise;
    },
  };
  const looks = new SharedLook();
  const ask = (recordId: string, connectionId = 'c1'): Promise<RecordsResult> =>
    looks.read(crm, { connectionId, module: 'Contacts', recordId, field: FIELD });
  return { calls, ask };
}

const ok = (ids: readonly string[]): RecordsResult => ({ kind: 'ok', records: ids.map((id) => ({ id })) });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('looks at single records', () => {
  it('go out at once when nobody else looks', async () => {
    const { calls, ask } = handled();
    const one = ask('1');
    expect(calls.map(({ ids }) => ids)).toEqual([['1']]);
    calls[0]?.answer(ok(['1']));
    expect(await one).toEqual(ok(['1']));
    await turn();
    void ask('2');
    expect(calls.map(({ ids }) => ids)).toEqual([['1'], ['2']]);
  });

  it('share the next call with all that came while one was under way, up to a hundred', async () => {
    const { calls, ask } = handled();
    void ask('first');
    const others = Array.from({ length: 120 }, (_, at) => ask(`${at % 119}`));
    calls[0]?.answer(ok(['first']));
    await turn();
    expect(calls[1]?.ids).toHaveLength(100);
    calls[1]?.answer(ok(calls[1].ids));
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([1, 100, 20]);
    calls[2]?.answer(ok(calls[2].ids));
    const results = await Promise.all(others);
    for (const [at, result] of results.entries()) {
      expect(result.kind === 'ok' && result.records.some(({ id }) => id === `${at % 119}`)).toBe(true);
    }
  });

  it('of two connections have calls of their own', () => {
    const { calls, ask } = handled();
    void ask('1', 'c1');
    void ask('1', 'c2');
    expect(calls).toHaveLength(2);
  });

  it('fail for those who asked, and go on for the others', async () => {
    const { calls, ask } = handled();
    const one = ask('1');
    const two = ask('2');
    calls[0]?.answer(Promise.reject(new Error('cut')));
    await expect(one).rejects.toThrow('cut');
    await turn();
    calls[1]?.answer(ok(['2']));
    expect(await two).toEqual(ok(['2']));
  });
});
