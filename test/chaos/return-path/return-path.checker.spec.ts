import { ReturnPathChecker, type ToldEdit } from './return-path.checker.ts';

const HISTORY = new Map([['r', ['', 'A', 'B', 'A']]]);
const told = (...steps: [string, string][]): ToldEdit[] =>
  steps.map(([before, after]) => ({ id: 'r', before: before === '' ? null : before, after }));
const NONE = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };

it.each<{ what: string; events: ToldEdit[]; held?: string; found?: Partial<typeof NONE> }>([
  { what: 'each edit told', events: told(['', 'A'], ['A', 'B'], ['B', 'A']) },
  { what: 'edits told together', events: told(['', 'A']) },
  {
    what: 'the same step twice, with others between',
    events: told(['', 'A'], ['A', 'B'], ['B', 'A'], ['A', 'B'], ['B', 'A']),
  },
  { what: 'an event twice', events: told(['', 'A'], ['A', 'B'], ['A', 'B'], ['B', 'A']), found: { doubled: 1 } },
  { what: 'an event of nothing', events: told(['', 'A'], ['A', 'A']), found: { doubled: 1 } },
  { what: 'two in the wrong order', events: told(['A', 'B'], ['', 'A']), found: { misordered: 2 } },
  { what: 'a value that nobody set', events: told(['', 'X'], ['X', 'A']), found: { wrong: 1 } },
  { what: 'an edit that did not arrive', events: told(['', 'A'], ['A', 'B']), held: 'B', found: { lost: 1 } },
])('$what', ({ events, held = 'A', found = {} }) => {
  const checker = new ReturnPathChecker();
  const result = checker.check({ history: HISTORY, told: events, held: new Map([['r', held]]) });
  expect(result).toMatchObject({ ...NONE, ...found });
});

it('goes on where the last look ended', () => {
  const checker = new ReturnPathChecker();
  const held = new Map([['r', 'A']]);
  checker.check({ history: HISTORY, told: told(['', 'A']), held });
  expect(checker.check({ history: HISTORY, told: told(['', 'A']), held })).toMatchObject({ ...NONE, doubled: 1 });
});
