import { findFlaws } from './takeover.checker.ts';

const events = (...numbers: number[]) =>
  numbers.map((n) => ({ topic: 't', partition: n % 2, value: Buffer.from(JSON.stringify({ n })) }));

describe('takeover checker', () => {
  it('is content with each row once, in order within its partition', () => {
    expect(findFlaws(events(1, 3, 2, 4), 4)).toEqual([]);
  });

  it.each([
    ['a gap', events(1, 3, 4), ['2 is there 0 times']],
    ['a double', events(1, 2, 3, 3), ['3 is there 2 times']],
    ['an order', events(3, 1, 2), ['1 is behind 3 in t/1']],
    ['a row that never was', events(1, 2, 3, 4), ['1 were never written']],
  ])('finds %s', (_, seen, flaws) => {
    expect(findFlaws(seen, 3)).toEqual(flaws);
  });

  it('shows the first of many', () => {
    expect(findFlaws([], 30)).toHaveLength(11);
  });
});
