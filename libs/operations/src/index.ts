export { withClients, type CrmTarget } from './crm.access.ts';
export { listConflicts, type ConflictLine, type ConflictQuery } from './conflict.list.ts';
export { readCredits, type CreditsReport } from './credits.report.ts';
export { applyFields, planFields, type FieldsQuery, type FieldsReport, type FieldsResult } from './fields.service.ts';
export { rotateSecretKey, type KeyRotation } from './key.service.ts';
export { fixFindings, type Fixed } from './doctor/doctor.fix.ts';
export { examine } from './doctor/doctor.service.ts';
export { targetOfSystem, type DoctorTarget, type TopicPlan } from './doctor/doctor.target.ts';
export type { Finding } from './doctor/finding.ts';
export {
  countSetAside,
  findSetAside,
  listSetAside,
  type SetAsideCount,
  type SetAsideEvent,
  type SetAsideRecordShown,
} from './set-aside.store.ts';
export type { Leftover } from './settle/leftover.ts';
export { explainField, type ExplainQuery, type FieldAnswer } from './timeline/explain.service.ts';
export type { FieldCause, FieldExplanation } from './timeline/field.explanation.ts';
export { findEntities, type EntityQuery } from './timeline/entity.find.ts';
export type {
  Lifeline,
  LifelineEntity,
  LifelineKind,
  LifelineRecord,
  LifelineStep,
  OwnMapping,
  ShownChange,
} from './timeline/lifeline.types.ts';
export { readTimeline, type TimelineQuery } from './timeline/timeline.service.ts';
export { settle, type SettleOptions } from './settle/settle.service.ts';
export { releaseKey, type ReleaseOptions, type ReleaseResult } from './outbox/dead.letter.release.ts';
export { listParkedKeys, type WaitingKey } from './outbox/parked.keys.ts';
export { resendDeadLetter, type DeadLetterResult } from './outbox/dead.letter.resend.ts';
export { findDeadLetter, listDeadLetters, type DeadLetter } from './outbox/dead.letters.ts';
export { readOutboxReport, type OutboxReport } from './outbox/outbox.report.ts';
export { OutboxSource } from './outbox/outbox.events.ts';
export { countWindow, resendWindow, type ResendOptions, type ResendResult } from './outbox/outbox.resend.ts';
export { adoptSlot, type Adoption } from './slot/slot.adopt.ts';
export { recreateSlot } from './slot/slot.recreate.ts';
export { readSlotReport, type SlotReport } from './slot/slot.report.ts';
export { readRewind, type Rewind } from './slot/slot.rewind.ts';
export { sourceOfSystem, type SourceDefaults, type SourceTarget } from './slot/source.target.ts';
export {
  explanationOf,
  listCommands,
  showCommand,
  type CommandDetails,
  type CommandLine,
  type CommandQuery,
} from './commands/command.report.ts';
export { readConnections, type ConnectionReport } from './holds/connection.report.ts';
export { isOfCommands, pause, readHolds, resume, type HeldScope } from './holds/hold.verbs.ts';
export { pauseReturn, readReturnHolds, resumeReturn, type ReturnHold, type ReturnScope } from './holds/return.hold.ts';
export { setQuietHours } from './holds/quiet.verbs.ts';
export type { Operator } from './operator.ts';
export { applyEdit, planEdit, type EditPlan, type FieldDifference, type FieldEdit } from './parked/parked.edit.ts';
export { redriveParked, type Redrive } from './parked/parked.redrive.ts';
export { changeParked, listDeleted, recordsOf } from './parked/parked.verbs.ts';
export { planRestore, release, restore, type RecordPlan } from './parked/record.verbs.ts';
export { askKeeper, listChannels, type ChannelReport } from './return/channels.report.ts';
export { replayNotifications } from './return/notifications.replay.ts';
export { listSweeps, type SweepReport } from './return/sweep.report.ts';
export { forceSync, type ForcedReading, type ForcedRecord } from './return/sync.force.ts';
export { readStatus, type StatusTarget } from './status/status.service.ts';
export type { FlowStep, ParkedReason, StatusRemark, StatusReport } from './status/status.types.ts';
export { clearThrottle, readThrottles, setThrottle, throttleName } from './throttle/throttle.verbs.ts';
export { addConnection } from './connections/connection.add.ts';
export { requireSettings } from './connections/connection.settings.ts';
export { planRemoval, removeFromCrm, type Removal, type RemovalPlan } from './connections/connection.remove.ts';
export { tryConnection, type Trial } from './connections/connection.trial.ts';
export { createTopics, readTopics, type TopicReport } from './topics/topics.service.ts';
export { followEvents, readEvents, type EventQuery } from './events/event.tail.ts';
export type { TailedEvent } from './events/event.lines.ts';
export { notificationsUnderWay } from './settle/settle.checks.ts';
