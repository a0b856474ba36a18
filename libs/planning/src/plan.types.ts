import type { Command, Json, Lane } from '#contracts';

/**
 * What is planned. `mapping`: what was folded is folded anew by the mapping that is loaded, usually another version. `replay`: the same for
 * chosen keys, to put right states that are not what their events say. `backfill`: states as they are; what the CRM lacks of them. `reconcile`: the same,
 * each night.
 */
export const PLAN_KINDS = ['mapping', 'replay', 'backfill', 'reconcile'] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

/** Whose credits the writes of a plan use; none of these lanes lets an automation of the CRM run. */
export const PLAN_LANES: Readonly<Record<PlanKind, Lane>> = {
  mapping: 'replay',
  replay: 'replay',
  backfill: 'backfill',
  reconcile: 'reconcile',
};

/** One field as the CRM holds it and as it will be; null is empty. */
export interface PlannedDifference {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/**
 * What happens to a record. `create`: it is made. `adopt`: it is there without a link, carries our name, and becomes ours. `change`: fields
 * of a record of ours. `effect`: a note or a task that was never made.
 */
export type PlanAction = 'create' | 'adopt' | 'change' | 'effect';

/** One command that an application of the plan adds to the ledger. */
export interface PlannedRecord {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly action: PlanAction;
  /** Module that the record is in; that of a converted record differs from its key's. */
  readonly module: string;
  /** Null for one that is to be made. */
  readonly recordId: string | null;
  readonly differences: readonly PlannedDifference[];
  readonly command: Command;
  /** In the lane live this write would have started automations; in that of the plan it does not. */
  readonly held: boolean;
}

/** One state of a mapping. */
export interface StateName {
  readonly tenantId: string;
  readonly key: string;
  /** `''` for a state of the tenant. */
  readonly connectionId: string;
}

/** What becomes of one key. */
export interface PlannedKey extends StateName {
  /** How many steps of the key had been folded when it was planned. */
  readonly sequence: number;
  /** The state as JSON; null: it stays as it is. */
  readonly state: string | null;
  /** Digest of the schedule that the new state asks for, and its entries; null: it stays. */
  readonly timers: { readonly schedule: string | null; readonly entries: readonly Json[] } | null;
  /** What the commands are said to come from: the last event of the key. */
  readonly origin: PlannedOrigin;
  readonly records: readonly PlannedRecord[];
}

export interface PlannedOrigin {
  readonly entityType: string;
  readonly eventId: string;
  /** RFC 3339. */
  readonly occurredAt: string;
}

/** Why a key or record is not part of a plan. */
export const LEFT_REASONS = {
  busy: 'a command of the record is under way or waits',
  parked: 'a command of the record is parked: retry or skip it first',
  deleted_by_person: 'a person deleted the record; causeway parked restore makes it again',
  released: 'an operator released the record',
  gone: 'the record is not where its link says; a sweep finds out what became of it',
  unwanted: 'the record is not wanted any more; a plan deletes nothing',
  waits_for_conversion: 'the record comes from a conversion that has not happened',
  conversion: 'a conversion would be made; a plan makes none',
  no_parent: 'the record that a note or task belongs to is not there',
  task_open: 'the task is not completed; it would tell people',
  history_incomplete: 'not all events of the key are kept any more',
  mapping_failed: 'the mapping failed on the key',
  connection: 'the tenant has no connection in use',
} as const;
export type LeftReason = keyof typeof LEFT_REASONS;

/** Something that the plan leaves alone although it differs, or may. */
export interface LeftAlone extends StateName {
  /** Null: the whole key. */
  readonly recordKey: string | null;
  readonly reason: LeftReason;
}

/** What an application is expected to cost, and what planning has cost. */
export interface PlanCost {
  /** Calls that write, and their credits. */
  readonly calls: number;
  readonly credits: number;
  /** Calls that read the records again before they are written, and their credits. */
  readonly checkCalls: number;
  readonly checkCredits: number;
}

/** The whole in numbers. */
export interface PlanTotals extends PlanCost {
  /** Keys that were looked at, and those whose state will be another one. */
  readonly keys: number;
  readonly states: number;
  /** Records that were compared, and those in which nothing differs. */
  readonly compared: number;
  readonly equal: number;
  readonly create: number;
  readonly adopt: number;
  readonly change: number;
  readonly effect: number;
  /** Events that the mapping sets aside now. */
  readonly setAside: number;
  /** Automations that will be started: none in the lanes of a plan. */
  readonly workflows: number;
  /** Writes that would have started automations, had they been live. */
  readonly workflowsHeld: number;
  /** Field -> records in which it differs. */
  readonly byField: Readonly<Record<string, number>>;
  /** Reason -> keys and records that are left alone. */
  readonly left: Readonly<Partial<Record<LeftReason, number>>>;
}
