import { SeededRandom } from './seeded.random.ts';

/**
 * Every fault once before one comes again, in an order that the seed decides.
 * @throws RangeError when there is nothing to play
 */
export function* inTurns<T>(faults: readonly T[], seed: number): Generator<T, never> {
  if (faults.length === 0) throw new RangeError('no fault is left that can be played');
  const order = new SeededRandom(seed);
  for (;;) yield* order.shuffled(faults).toReversed();
}
