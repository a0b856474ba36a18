import { until } from './until.ts';

describe('until', () => {
  it('gives what is found', async () => {
    let asked = 0;
    expect(await until(() => ((asked += 1) === 3 ? 'found' : null))).toBe('found');
  });

  it('says what it waited for in vain', async () => {
    await expect(until(() => false, { what: 'rain', timeoutMs: 30 })).rejects.toThrow('waited 30 ms in vain for: rain');
  });

  it('asks more rarely the longer it waits, and leaves two thirds of the time to what it waits for', async () => {
    const lookMs = 40;
    const ended: number[] = [];
    const pauses: number[] = [];
    const look = (): false => {
      const begun = performance.now();
      const last = ended.at(-1);
      if (last !== undefined) pauses.push(begun - last);
      while (performance.now() - begun < lookMs);
      ended.push(performance.now());
      return false;
    };
    await expect(until(look, { timeoutMs: 300 })).rejects.toThrow('in vain');
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2 * lookMs - 2);
  });
});
