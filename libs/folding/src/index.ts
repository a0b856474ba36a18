export { foldBatch, type FoldBatch, type FoldedBatch, type FoldedStep } from './batch.fold.ts';
export type { FoldConnection } from './connection.store.ts';
export type { EventRecord } from './event.record.ts';
export { foldSteps, inboxConsumer, type FoldReport } from './fold.engine.ts';
export { eventStep, stateKey, type FoldStep, type KeyOfState, type StepSource } from './fold.step.ts';
export { readRecord, type Reading } from './record.reading.ts';
export { storeSetAside, type SetAsideRecord } from './set-aside.store.ts';
export { storeTimers, type KeyTimers } from './timer.store.ts';
export { mappingsByTopic, type TopicMapping } from './topic.mappings.ts';
