export { claimCommands, connectionsWithWork, type ClaimOptions } from './command/command.claim.ts';
export { readCompany } from './command/command.company.ts';
export { extendLease, type LeaseOptions } from './command/command.lease.ts';
export { countOpenCommands, countWaiting, countWaitingBehindParked } from './command/command.counts.ts';
export { COMMANDS_CHANNEL, insertCommands } from './command/command.insert.ts';
export type { ClaimedCommand, CommandOrigin, NewCommand } from './command/command.row.ts';
export { creditStore, type CreditRow, type LimitsRow } from './credits/credit.store.ts';
export { doubtAcknowledged, readAcknowledged } from './echo/echo.acknowledged.ts';
export { fieldsBeingWritten, putEchoes, readEchoes, type Echo } from './echo/echo.store.ts';
export { pruneHistory, type Pruned, type PruneOptions } from './history/history.prune.ts';
export { linkMayBePending } from './link/link.pending.ts';
export { namesOfRecords } from './link/link.names.ts';
export { linksOfRecords, putLinks, type Link, type RecordsQuery } from './link/link.store.ts';
export { settlementOf, type SettledAttempt, type Settlement } from './outcome/outcome.policy.ts';
export { settleCommands, type SettledCommand, type SettleOptions } from './outcome/outcome.settle.ts';
export { retryDecision, type RetryDecision } from './outcome/retry.schedule.ts';
export { putAudit, type AuditEntry } from './audit/audit.store.ts';
export { nextCircuit, type Circuit, type CircuitEvent } from './circuit/circuit.machine.ts';
export { moveCircuit, readCircuits, type ConnectionCircuit } from './circuit/circuit.store.ts';
export { readTrying, type Trying } from './outcome/trying.ts';
export { countHeld, dropHold, listHolds, putHold, type Hold, type HoldScope } from './hold/hold.store.ts';
export { returnCommands, standingOf, type Standing } from './hold/standing.ts';
export { clearLost, lostAmong, markLost } from './link/link.lost.ts';
export { emitEnds, type EndedCommands } from './outcome/outcome.emit.ts';
export {
  RELEASED,
  dropReleased,
  listReleased,
  releaseRecord,
  type RecordOfConnection,
} from './release/released.store.ts';
export { editParked, retryParked, skipParked } from './parked/parked.actions.ts';
export { mendParkedMarks, type MendedMarks } from './parked/parked.marks.ts';
export {
  countParked,
  listParked,
  lockParked,
  newestParked,
  type ParkedCommand,
  type ParkedCount,
  type ParkedSelection,
} from './parked/parked.store.ts';
export { restoreRecord, type RestoredRecord } from './release/record.restore.ts';
export {
  dropThrottle,
  listThrottles,
  putThrottle,
  type Throttle,
  type ThrottleScope,
} from './throttle/throttle.store.ts';
export type { ThrottleUnit } from './throttle/throttle.policy.ts';
export { countThrottled, type WaitingThrottle } from './throttle/throttle.waiting.ts';
export { HAS_TOKENS } from './throttle/throttle.condition.ts';
export { awaitCallTurn, spendTokens, throttledConnections } from './throttle/throttle.spend.ts';
