/** The parts of a batch's work, in their order. */
export const FOLD_STAGES = [
  'inbox',
  'lock',
  'fold',
  'states',
  'timers',
  'commands',
  'events',
  'folds',
  'set_aside',
] as const;
export type FoldStage = (typeof FOLD_STAGES)[number];

/** Told how long each part took: for metrics. */
export type OnStage = (stage: FoldStage, seconds: number) => void;

/** Runs a part of the work and tells how long it took. */
export async function timed<T>(onStage: OnStage, stage: FoldStage, work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  const result = await work();
  onStage(stage, (performance.now() - started) / 1000);
  return result;
}
