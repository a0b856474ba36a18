export { BatchAssembler, type Batch, type BatchLimits } from './batch.assembler.ts';
export { confirmable, storesIdlePosition, type IdleState } from './confirm.policy.ts';
export { planLiveness, type LivenessPlan } from './liveness.policy.ts';
export { NO_LSN, formatLsn, maxLsn, parseLsn, type Lsn } from './lsn.ts';
export { PgoutputDecoder, type FrameSink, type LogicalMessage, type RowUpdate } from './pgoutput.decoder.ts';
export {
  comparePositions,
  decodePosition,
  encodePosition,
  type Position,
  type StoredPosition,
  type SystemIdentity,
} from './position.ts';
export {
  inspectPublication,
  publicationProblem,
  requirePublication,
  type PublicationState,
  type TableName,
} from './publication.ts';
export { type ReplicationTarget } from './replication.connection.ts';
export { classifyReplicationError, type ErrorVerdict } from './replication-error.policy.ts';
export { ReplicationStream, type StreamOptions } from './replication.stream.ts';
export { rowsToSkip } from './restart.policy.ts';
export { Row, readRow, type ColumnType, type Relation } from './row.ts';
export { readServerFacts, requireLogicalWal, type ServerFacts } from './server.facts.ts';
export { judgeSlot, type SlotSituation, type SlotVerdict } from './slot.policy.ts';
export { OUTPUT_PLUGIN, createSlot, dropSlot, inspectSlot, type SlotState } from './slot.ts';
export { type SqlClient } from './sql.client.ts';
