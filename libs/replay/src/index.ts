export { recordDifferences, type ChangedField, type RecordDifference } from './fold/record.difference.ts';
export { ReplayFold, type Replayed, type ReplayedKey, type ReplayOptions } from './fold/replay.fold.ts';
export { replayKeys, type ReplayedSteps } from './fold/replay.keys.ts';
export { ReplayTally, type Counts, type ReplayCounts } from './fold/replay.tally.ts';
export { dryRun, type Base, type DryRunOptions } from './dry-run/dry.run.ts';
export type { DryRunResult, ToldDifference } from './dry-run/dry.run.report.ts';
export type { Selection } from './selection.ts';
export type { EventSource, Place, SourcePart, SourceQuery, Time } from './source/event.source.ts';
export { KafkaSource } from './source/kafka.source.ts';
