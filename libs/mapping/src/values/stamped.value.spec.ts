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
    { name: 'nothing is before anything', a: null, b: early, order: -1 },
    { name: 'two nothings are alike', a: null, b: null, order: 0 },
    { name: 'a fraction counts', a: early, b: late, order: -1 },
    { name: 'of one instant the greater id is later', a: { ...early, id: 'b' }, b: early, order: 1 },
    { name: 'the same event is the same', a: early, b: { ...early }, order: 0 },
  ])('$name', ({ a, b, order }) => {
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
