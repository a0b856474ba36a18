import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Keeps many young objects, turn after turn of the event loop, and says how large their space became at most: where a process gets little
 * time, V8 makes the space smaller again.
 */
const CHILD = `
import { getHeapSpaceStatistics } from 'node:v8';
import { setImmediate as turn } from 'node:timers/promises';
const { boundYoungHeap } = await import(process.argv[1]);
if (process.argv[2] === 'bound') boundYoungHeap();
let kept = [];
let most = 0;
for (let n = 0; n < 3000; n += 1) {
  for (let index = 0; index < 1000; index += 1) kept.push({ index, text: 'x' + index });
  if (kept.length > 300_000) kept = kept.slice(100_000);
  await turn();
  most = Math.max(most, getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);
}
console.log(most / 1024 / 1024);
`;

async function youngMegabytes(flags: string[], what: 'bound' | 'free'): Promise<number> {
  const module = new URL('young.heap.ts', import.meta.url).href;
  const { NODE_OPTIONS: _ours, ...env } = process.env;
  const args = [...flags, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', CHILD, module, what];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return Number(stdout);
}

describe('the space for young objects', () => {
  it('stays small without a flag, where it would grow, and is left alone where one is given', async () => {
    const flag = '--max-semi-space-size=32';
    const [bound, free, told] = await Promise.all([
      youngMegabytes([], 'bound'),
      youngMegabytes([], 'free'),
      youngMegabytes([flag], 'bound'),
    ]);
    expect(bound).toBeLessThanOrEqual(16);
    expect(free).toBeGreaterThan(16);
    expect(told).toBeGreaterThan(16);
  });
});
