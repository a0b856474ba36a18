import fc from 'fast-check';
import { refilled, spend, type Bucket, type PacedCommand } from './throttle.policy.ts';

const bucket = (id: string, tokens: number, unit: Bucket['unit'] = 'commands'): Bucket => ({ id, unit, tokens });
const commands = (...throttles: string[][]): PacedCommand[] =>
  throttles.map((own, at) => ({ id: String(at), throttles: own }));

describe('spend', () => {
  it.each<[string, Bucket[], PacedCommand[], string[], [string, number][]]>([
    ['no throttle', [], commands([], []), [], []],
    [
      'so many commands as there are tokens, in order',
      [bucket('a', 2.9)],
      commands(['a'], ['a'], ['a']),
      ['2'],
      [['a', 2]],
    ],
    ['others pass', [bucket('a', 0)], commands(['a'], [], ['a']), ['0', '2'], []],
    ['one call takes one, however many commands', [bucket('a', 1, 'calls')], commands(['a'], ['a']), [], [['a', 1]]],
    ['no call', [bucket('a', 0.9, 'calls')], commands(['a'], ['a']), ['0', '1'], []],
    [
      'both have to allow it, and none is charged for what the other refuses',
      [bucket('a', 5), bucket('b', 1)],
      commands(['a', 'b'], ['a', 'b'], ['a']),
      ['1'],
      [
        ['a', 2],
        ['b', 1],
      ],
    ],
    ['a throttle that is gone meanwhile', [], commands(['a']), [], []],
  ])('%s', (_what, ...[buckets, given, back, spent]) => {
    const result = spend(buckets, given);
    expect([[...result.back], [...result.spent]]).toEqual([back, spent]);
  });

  it('law: never takes more than is there, and what goes back was refused by a bucket that is empty by then', () => {
    const ids = ['a', 'b', 'c'];
    const buckets = fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          unit: fc.constantFrom<Bucket['unit']>('calls', 'commands'),
          tokens: fc.double({ min: -2, max: 4, noNaN: true }),
        }),
      ),
    );
    const given = fc.array(fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(buckets, given, (all, throttles) => {
        const list = commands(...throttles);
        const { back, spent } = spend(all, list);
        for (const { id, tokens } of all) expect(spent.get(id) ?? 0).toBeLessThanOrEqual(Math.max(0, tokens));
        for (const { id, throttles: own } of list.filter((command) => back.has(command.id)))
          expect([id, all.some((one) => own.includes(one.id) && one.tokens - (spent.get(one.id) ?? 0) < 1)]).toEqual([
            id,
            true,
          ]);
      }),
    );
  });
});

describe('refilled', () => {
  it.each([
    [0, 10, 0.5, 5],
    [0, 10, 60, 10],
    [0, 0.5, 1, 0.5],
    [0, 0.5, 60, 1],
    [-2, 1, 1, -1],
    [1, 1, -5, 1],
  ])('%d tokens at %d a second after %d s: %d', (tokens, perSecond, ...[seconds, expected]) => {
    expect(refilled({ tokens, perSecond }, seconds)).toBe(expected);
  });
});
