export {
  commandsOf,
  configuredMappings,
  foldBatch,
  foldOne,
  type Configured,
  type FoldBatch,
  type FoldedBatch,
  type FoldedStep,
} from './batch.fold.ts';
export { forgetChanges } from './changes.forget.ts';
export { loadConnections, type FoldConnection, type TenantConnections } from './connection.store.ts';
export type { EventRecord } from './event.record.ts';
export { foldSteps, inboxConsumer, type FoldReport, type FoldWork } from './fold.engine.ts';
export { FOLD_STAGES, type FoldStage, type OnStage } from './fold.stages.ts';
export { eventStep, partsOfStateKey, stateKey, type FoldStep, type KeyOfState, type StepSource } from './fold.step.ts';
export { observationStep, type ObservedKey } from './observation.step.ts';
export { projectRecord } from './record.projection.ts';
export { readRecord, type Reading } from './record.reading.ts';
export { cameBack, type SeenRecords } from './recycled.records.ts';
export { redriveSetAside, type RedriveOptions, type RedriveReport } from './redrive.ts';
export { selected, type SetAsideSelection } from './set-aside.selection.ts';
export { storeSetAside, type SetAsideRecord } from './set-aside.store.ts';
export { lockStates, storeStates, type StateChange, type StoredState } from './state.store.ts';
export { connectionOf, placeSteps } from './step.placement.ts';
export { storeTimers, type KeyTimers } from './timer.store.ts';
export { mappingsByTopic, type TopicMapping } from './topic.mappings.ts';
