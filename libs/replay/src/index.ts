export { recordDifferences, type ChangedField, type RecordDifference } from './fold/record.difference.ts';
export { ReplayFold, type Replayed, type ReplayedKey, type ReplayOptions } from './fold/replay.fold.ts';
export { replayKeys, type ReplayedSteps } from './fold/replay.keys.ts';
export { ReplayTally, type Counts, type ReplayCounts } from './fold/replay.tally.ts';
