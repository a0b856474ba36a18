export { classifyRead, classifyWrite, type Reply, type WriteShape } from './answer/answer.classify.ts';
export { DEFAULT_MAX_BYTES, MAX_RECORDS, splitBatch, type BatchLimits } from './batch.split.ts';
export { BULK_BREAK_EVEN, BULK_MOST_ROWS, bulkOutcomes } from './bulk.outcome.ts';
export type { BulkUpsertOptions, BulkUpsertResult } from './bulk.run.ts';
export type { CallObservation, CallObserver } from './call.observer.ts';
export type { BulkState } from './calls/bulk.answer.ts';
export type { BulkReadJob, BulkReadOptions } from './calls/bulk-read.call.ts';
export type {
  BulkJobResult,
  BulkResultRows,
  BulkWriteJob,
  BulkWriteOptions,
  UploadOptions,
  UploadResult,
} from './calls/bulk-write.call.ts';
export type { ConvertedInto, ConvertOptions, ConvertOutcome } from './calls/convert.call.ts';
export type { ConvertedLead, ConvertedLeadsResult } from './calls/converted-lead.call.ts';
export type { CoqlResult, FindOptions } from './calls/coql.call.ts';
export type { NewField } from './calls/create-fields.call.ts';
export type { DeletedOptions, DeletedRecord, DeletedResult } from './calls/deleted.call.ts';
export type { UpdateByExternalIdOptions } from './calls/external-id.call.ts';
export type { FieldsResult, ZohoField } from './calls/fields.call.ts';
export type { GetByIdOptions } from './calls/get-by-id.call.ts';
export type { Converted, GetByIdsOptions } from './calls/get-by-ids.call.ts';
export type { InsertOptions } from './calls/insert.call.ts';
export type { ListModifiedOptions, ListResult, NextPage } from './calls/list-modified.call.ts';
export type { ZohoLayout, ZohoPipeline } from './calls/layouts.call.ts';
export type { MergeOptions, MergeOutcome } from './calls/merge.call.ts';
export type { ZohoModule } from './calls/modules.call.ts';
export type { ListNotesOptions, NewNote, NotesResult } from './calls/notes.call.ts';
export type { ZohoOrg } from './calls/org.call.ts';
export type { RecordsResult, ZohoRecord } from './calls/record.read.ts';
export type { NewTask, RelatedOptions, RelatedResult } from './calls/related.call.ts';
export type { RemoveOptions } from './calls/remove.call.ts';
export type { UpdateOptions } from './calls/update.call.ts';
export type { UpsertOptions } from './calls/upsert.call.ts';
export type { UsersOptions, UsersResult, ZohoUser } from './calls/users.call.ts';
export type { ChannelOutcome, EndedChannel, EndOutcome, WatchedChannel } from './calls/watch.answer.ts';
export { MOST_CONDITION_FIELDS, type Channel, type ChannelCondition } from './calls/watch.call.ts';
export type { ChannelsResult, ListedChannel, ListWatchOptions } from './calls/watch-list.call.ts';
export type { NewPipeline, PipelineStage } from './calls/write-pipeline.call.ts';
export { COQL_ROWS, COQL_VALUES, selectBehind, selectWhere, type SelectOptions } from './coql.query.ts';
export { CALL_KINDS, creditsOf, isHeavy, type CallKind, type Priced } from './credits.ts';
export { allowedApiOrigins, DATA_CENTRES, dataCentreOf, type DataCentre } from './data-centre.ts';
export { CallBudget, type BudgetEvent, type BudgetState, type CallBudgetOptions } from './limits/call.budget.ts';
export { OPEN_GATE, type CallAsk, type CallEnd, type CallGate, type CallPass } from './limits/call.gate.ts';
export { metered, takeCredits } from './limits/credit.meter.ts';
export { createMemoryCreditStore, type CreditStore, type KnownLimits } from './limits/credit.store.ts';
export { CREDIT_WINDOW, exhaustedAt, freeAt, usedByLane, type CreditSlot } from './limits/credit.window.ts';
export { isShort } from './limits/credit.shortage.ts';
export { editionLimits, UNKNOWN_LIMITS, type CallLimits } from './limits/edition.limits.ts';
export { DEFAULT_SHARES, type LaneShare, type LaneShares } from './limits/lane.shares.ts';
export { heldBack } from './failure.make.ts';
export { DEFAULT_TIMEOUTS, type Exchange, type Timeouts } from './http/exchange.types.ts';
export type {
  Failure,
  OtherRecord,
  Rejected,
  Succeeded,
  Throttled,
  Unavailable,
  Unknown,
  WriteOutcome,
} from './outcome.types.ts';
export { createSecretBox, type SecretBox } from './secret.box.ts';
export { createMemoryLock, createMemoryTokenStore } from './token/token.memory.ts';
export { tokenSchema, type Token, type TokenStore, type WithLock } from './token/token.types.ts';
export type { ZohoCalls } from './zoho.calls.ts';
export { createZohoClient, type ZohoClient, type ZohoClientOptions } from './zoho.client.ts';
export { instantOf, zohoTime } from './zoho.time.ts';
