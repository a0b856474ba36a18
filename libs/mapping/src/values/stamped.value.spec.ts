import fc from 'fast-check';
import { compareStamps, restamped, unstamped, type Stamp } from './stamped.value.ts';

const early = { at: '2026-03-01T10:00:00Z', id: 'a' };
const late = { at: '2026-03-01T10:00:00.5Z', id: 'a' };
const stamp: fc.Arbitrary<Stamp> = fc.record({
  at: fc.constantFrom('2026-03-01T10:00:00Z', '2026-03-01T10:00:00.5Z', '2026-03-02T00:00:00Z'),
  id: fc.constantFrom('a', 'b', 'c'),
});

describe('a stamped value', () => {
  it.each([
    ['nothing is before anything', null, early, -1],
    ['two nothings are alike', null, null, 0],
    ['a fraction counts', early, late, -1],
    ['of one instant the greater id is later', { ...early, id: 'b' }, early, 1],
    ['the same event is the same', early, { ...early }, 0],
  ] as const)('%s', (_name, a, b, order) => {
    expect(Math.sign(compareStamps(a, b))).toBe(order);
  });

  it('is replaced by a later word only, and by none that says nothing', () => {
    const held = restamped<string | null>(unstamped(null), 'x', late);
    expect(restamped(held, 'y', early)).toBe(held);
    expect(restamped(held, 'y', late)).toBe(held);
    expect(restamped(held, undefined, { ...late, id: 'b' })).toBe(held);
    expect(restamped(held, null, { ...late, id: 'b' }).value).toBeNull();
  });

  it('ends the same in whatever order it is said', () => {
    const words = fc.uniqueArray(fc.tuple(stamp, fc.integer()), { selector: ([{ at, id }]) => `${at}/${id}` });
    fc.assert(
      fc.property(
        words.chain((said) => fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length }))),
        ([said, shuffled]) => {
          const end = (list: typeof said) =>
            list.reduce((held, [when, value]) => restamped(held, value, when), unstamped(0));
          expect(end(shuffled)).toEqual(end(said));
        },
      ),
    );
  });
});
