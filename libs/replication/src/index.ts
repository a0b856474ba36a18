export { BatchAssembler, type Batch, type BatchLimits } from './batch.assembler.ts';
export { CommitClock } from './commit.clock.ts';
export { confirmable, storesIdlePosition, type IdleState } from './confirm.policy.ts';
export { readFailoverProblems } from './failover.ts';
export { stepsFor, stopError, waysOut } from './gap.advice.ts';
export { planLiveness, type LivenessPlan } from './liveness.policy.ts';
export { NO_LSN, formatLsn, maxLsn, parseLsn, type Lsn } from './lsn.ts';
export { PgoutputDecoder, type FrameSink, type LogicalMessage, type RowUpdate } from './pgoutput.decoder.ts';
export {
  comparePositions,
  decodePosition,
  encodePosition,
  type Position,
  type PositionContext,
  type StoredPosition,
  type SystemIdentity,
} from './position.ts';
export {
  inspectPublication,
  publicationProblem,
  requirePublication,
  type PublicationNeed,
  type PublicationState,
  type TableName,
} from './publication.ts';
export { type ReplicationTarget } from './replication.connection.ts';
export { classifyReplicationError, type ErrorVerdict } from './replication-error.policy.ts';
export { ReplicationStream, type StreamOptions } from './replication.stream.ts';
export { rowsToSkip } from './restart.policy.ts';
export { Row, readRow, type ColumnType, type Relation } from './row.ts';
export { readServerFacts, requireLogicalWal, requirePrimary, type ServerFacts } from './server.facts.ts';
export { readServerIdentity, type ServerIdentity } from './server.identity.ts';
export { gapOf, judgeSlot, publicationChange, type SlotSituation, type SlotVerdict } from './slot.policy.ts';
export { OUTPUT_PLUGIN, createSlot, dropSlot, inspectSlot, isLost, type SlotState } from './slot.ts';
export { type SqlClient } from './sql.client.ts';
