import { progressLine } from './progress.line.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
  return { isTTY, write, written };
}

/** What is left on the line that a terminal shows after all of it. */
const seen = (written: readonly string[]): string => written.join('').split('\r\u001B[K').at(-1) ?? '';

describe('a line of progress', () => {
  it.each([
    [0, 4, `keys [${'.'.repeat(30)}] 0 of 4`],
    [1, 2, `keys [${'#'.repeat(15)}${'.'.repeat(15)}] 1 of 2`],
    [4, 4, `keys [${'#'.repeat(30)}] 4 of 4`],
    [5, 4, `keys [${'#'.repeat(30)}] 5 of 4`],
    [7, undefined, 'keys: 7'],
    [0, 0, 'keys: 0'],
  ])('on a terminal shows %s of %s in the place of what was there', (done, of, expected) => {
    const to = stream(true);
    const line = progressLine('keys', to);
    line.show(0, of);
    line.show(done, of);
    expect(seen(to.written)).toBe(expected);
    expect(to.written.join('')).not.toContain('\n');
  });

  it('takes itself away once, and nothing where it was never shown', () => {
    const to = stream(true);
    const line = progressLine('keys', to);
    line.end();
    expect(to.written).toEqual([]);
    line.show(1, 2);
    line.end();
    line.end();
    expect([seen(to.written), to.written.length]).toEqual(['', 2]);
  });

  it('is on a terminal only: of it nothing goes into a pipe or a file', () => {
    const to = stream(false);
    const line = progressLine('keys', to);
    line.show(1, 2);
    line.show(2, 2);
    line.end();
    expect(to.written).toEqual([]);
  });
});
