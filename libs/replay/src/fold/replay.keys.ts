import type { FoldStep } from '#folding';
import { ReplayFold, type Replayed, type ReplayedKey, type ReplayOptions } from './replay.fold.ts';

/** What came of a list of steps. */
export interface ReplayedSteps {
  /** In the order of the steps. */
  readonly replayed: readonly Replayed[];
  /** In the order in which they were met. */
  readonly keys: readonly ReplayedKey[];
  /** Steps whose id came before. */
  readonly repeated: number;
}

/** Replays the steps of some keys, each key's in their order, and says what came of every one. Pure. */
export function replayKeys({
  steps,
  ...options
}: ReplayOptions & { readonly steps: readonly FoldStep[] }): ReplayedSteps {
  const fold = new ReplayFold(options);
  const replayed = steps.flatMap((step) => fold.fold(step));
  return { replayed, keys: [...fold.keys()], repeated: fold.repeated };
}
