export { reportBackfill, type BackfillReport } from './backfill/backfill.report.ts';
export { runBackfill, type BackfillWork } from './backfill/backfill.run.ts';
export { listBackfills, startBackfill, type Backfill, type BackfillSource } from './backfill/backfill.store.ts';
export { lookAtSource, SourceUnusable } from './backfill/product.pages.ts';
export { CrmUnread, type CrmReader } from './crm.reading.ts';
export { diffCases, type CaseDifference } from './diff/case.diff.ts';
export type { RecordDifference } from './diff/record.difference.ts';
export { diffStates, type StateDiff } from './diff/state.diff.ts';
export type { KeySelection } from './key.selection.ts';
export { applyPlan, type ApplyReport, type PlanStop } from './plan.apply.ts';
export { makePlan, type Plan, type PlanRequest, type PlanSources } from './plan.maker.ts';
export { listPlans, readPlanned, savePlan, showPlan, type SavedPlan } from './plan.store.ts';
export { timeOfPlan } from './plan.budget.ts';
export type { PlanTime } from './plan.time.ts';
export {
  LEFT_REASONS,
  PLAN_KINDS,
  PLAN_LANES,
  type LeftAlone,
  type LeftReason,
  type PlanKind,
  type PlannedDifference,
  type PlannedKey,
  type PlannedRecord,
  type PlanTotals,
} from './plan.types.ts';
export { reconcile, type ReconcileReport, type ReconcileRequest } from './reconcile/reconcile.run.ts';
