import { OPEN_GATE, type CallAsk } from '#zoho';
import { heldGate, type HeldCalls } from './held.gate.ts';

const ask = (kind: CallAsk['kind']): CallAsk => ({ kind, lane: 'live', price: 1, heavy: false });
const late = (): Promise<boolean> => Promise.resolve(false);
const inTime = (): Promise<boolean> => Promise.resolve(true);

describe('heldGate', () => {
  it.each<[string, HeldCalls, CallAsk['kind'], string]>([
    ['nothing said', {}, 'get', 'pass'],
    ['stopped', { isStopped: () => true }, 'get', 'throttled'],
    ['not stopped', { isStopped: () => false }, 'get', 'pass'],
    ['its turn has come', { turnOf: inTime }, 'get', 'pass'],
    ['its turn comes too late', { turnOf: late }, 'get', 'throttled'],
    ['channels do not wait', { turnOf: late }, 'watch_enable', 'pass'],
    ['but are stopped with everything', { isStopped: () => true, turnOf: inTime }, 'watch_enable', 'throttled'],
  ])('%s', async (_what, held, ...[kind, expected]) => {
    expect((await heldGate('c1', OPEN_GATE, held).enter(ask(kind))).kind).toBe(expected);
  });

  it('asks about its own connection', async () => {
    const asked: string[] = [];
    const turnOf = (id: string): Promise<boolean> => Promise.resolve(asked.push(id) > 0);
    await heldGate('c7', OPEN_GATE, { turnOf }).enter(ask('get'));
    expect(asked).toEqual(['c7']);
  });
});
