export { captureEvents, type CapturedEvent, type RowChange } from './capture/capture.events.ts';
export type { Capture } from './capture/capture.types.ts';
export { difference } from './fold/difference.policy.ts';
export { sameJson } from './fold/json.equality.ts';
export { goesOut, triggerFor } from './fold/lane.policy.ts';
export { keyLine } from './fold/effect.command.ts';
export type { WantedConversion, WantedEffect, WantedNote, WantedTask } from './fold/effect.types.ts';
export { firstWrite } from './fold/difference.policy.ts';
export { defineMapping, isMapping, refusedSettings, withSettings } from './fold/mapping.definition.ts';
export type {
  DataOf,
  EventSchemas,
  Fold,
  FoldEvent,
  FoldTools,
  Mapping,
  MappingDefinition,
  Scope,
  VersionSchemas,
} from './fold/mapping.types.ts';
export type { OutgoingEvent } from './fold/outgoing.types.ts';
export { optional, optionalObject, required, withDefault } from './fold/payload.schema.ts';
export { listed, present, presentObject, requiredObject } from './fold/present.schema.ts';
export { Ignored, SetAside } from './fold/said.ts';
export { quickStep, step, type ProjectedState } from './fold/step.runner.ts';
export type { Timer } from './fold/timer.types.ts';
export type { Problem, ProblemCode, StepResult, Verdict } from './fold/verdict.types.ts';
export type { TriggerRule, WantedFields, WantedRecord } from './fold/wanted.types.ts';
export { standardPicklist, type FieldsIn, type PicklistValue, type StageName } from './setup/picklist.types.ts';
export {
  FIELD_TYPES,
  labelOf,
  type ActualField,
  type ActualPipeline,
  type ActualSetUp,
  type FieldType,
  type SetUp,
  type SetUpField,
  type SetUpPipeline,
} from './setup/setup.types.ts';
export { choice } from './values/choice.value.ts';
export { cleanLines, cleanText } from './values/cleaning.ts';
export { email, httpsUrl, phone, url } from './values/contact.value.ts';
export { cut } from './values/cut.ts';
export { linesOf, textOf } from './values/cut.value.ts';
export { addDays, date } from './values/date.value.ts';
export { add, decimalOf, divide, multiply, round, subtract, type Decimal } from './values/decimal.ts';
export { id, type IdLimits } from './values/id.value.ts';
export { compareInstants, crmInstant, instant, instantOf, type Instant } from './values/instant.value.ts';
export { addHours } from './values/instant.arithmetic.ts';
export { isMissing } from './values/missing.value.ts';
export { crmMoney, decimal, money } from './values/money.value.ts';
export { fullName, UNKNOWN_NAME, type FullName } from './values/name.value.ts';
export { boolean, crmInteger, integer, type IntegerRange } from './values/number.value.ts';
export { read, valueOf, type Kind, type Missing, type Read } from './values/read.value.ts';
export { sameValue } from './values/same.value.ts';
export { compareStamps, restamped, stampOf, unstamped, type Stamp, type Stamped } from './values/stamped.value.ts';
export { lines, text } from './values/text.value.ts';
export {
  caseFileSchema,
  caseSchema,
  type CaseConnection,
  type CaseFile,
  type WorkedCase,
} from './cases/case.schema.ts';
export { matches, type Reference, type ResolveRef } from './cases/case.match.ts';
export { countHolds, type CaseExpectation, type Count } from './cases/expect.schema.ts';
export type { CaseStep, EventStep, SqlRowStep } from './cases/step.schema.ts';
export { comparePipelines, compareSetUp, type SetUpDifference } from './setup/setup.comparison.ts';
export { holdsWanted } from './returns/field.judgement.ts';
export { typesOf } from './returns/module.types.ts';
export { observe } from './returns/observation.fold.ts';
export type { Conflict } from './returns/conflict.types.ts';
export type { Observation, ObserveResult, Person } from './returns/observation.types.ts';
export { memoryOf, ownState, splitState } from './returns/record.memory.ts';
export { commonPayload, conflictPayload, watchedPayload } from './returns/payload.parts.ts';
export type { Answer, FieldEdit, Judge, PackEvent, ReturnModule, Returns } from './returns/return.types.ts';
export { explain } from './fold/explanation.ts';
export { eventReader, eventsOfCase } from './table/case.events.ts';
export { caseOfConnections, type ConnectionCase } from './table/case.connections.ts';
export { unmetEvents, unmetOfCase } from './table/case.player.ts';
export { CrmPlayer } from './table/crm.player.ts';
export { eventOf, play, type EventSeed, type Played } from './table/event.player.ts';
export { applyCommand, type MemoryCrm, type MemoryRecord } from './table/memory.crm.ts';
export { underPurityGuard } from './table/purity.guard.ts';
export { playRow, type RowOutcome, type TableRow } from './table/table.row.ts';
