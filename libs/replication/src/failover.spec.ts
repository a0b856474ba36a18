import { failoverProblems } from './failover.ts';

const [copied, alone] = [
  { name: 's', failover: true },
  { name: 's', failover: false },
];

describe('failover', () => {
  it.each([
    ['no standby', alone, { knowsFailover: true, standbys: 0, waitsFor: '' }, []],
    [
      'a server that knows no copies',
      { name: 's', failover: null },
      { knowsFailover: false, standbys: 1, waitsFor: '' },
      [],
    ],
    ['all as it should be', copied, { knowsFailover: true, standbys: 1, waitsFor: 'standby_1' }, []],
    ['no copy', alone, { knowsFailover: true, standbys: 1, waitsFor: 'standby_1' }, [/FAILOVER true/]],
    [
      'ahead of standbys',
      copied,
      { knowsFailover: true, standbys: 2, waitsFor: ' ' },
      [/synchronized_standby_slots is empty/],
    ],
    ['both', alone, { knowsFailover: true, standbys: 1, waitsFor: '' }, [/FAILOVER/, /synchronized_standby_slots/]],
  ])('%s', (...[, slot, facts, expected]) => {
    const problems = failoverProblems(slot, facts);
    expect(problems).toHaveLength(expected.length);
    for (const [index, problem] of problems.entries()) expect(problem).toMatch(expected[index] ?? /never/);
  });
});
