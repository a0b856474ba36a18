import type { Identity, Json } from '#contracts';

/** Fields of a CRM record by API name. Undefined and null both mean: empty. */
export type WantedFields = Readonly<Record<string, Json | undefined>>;

/** Which automations a write may start: a fixed list, or `workflow` only when one of these fields is written. */
export type TriggerRule = readonly string[] | { readonly whenWritten: readonly string[] };

/** One external record as it should be, in absolute values. Projecting is saying the whole record, each time. */
export interface WantedRecord {
  readonly module: string;
  readonly identity: Identity;
  readonly fields: WantedFields;
  /** Go out with the write that makes the record, and never again. */
  readonly onCreate?: WantedFields;
  /** Default: `['workflow']` (packs/README.md section 5). */
  readonly trigger?: TriggerRule;
  /** The record comes from a conversion: it is never made by a write, which waits until the link is known. */
  readonly linkOnly?: true;
  /** The record is made when it is missing and never written again: what it has is somebody else's. */
  readonly ensure?: true;
  /** An effect makes the record (a task, named by a field of its own): no write does, and it is deleted when it is wanted no more. */
  readonly byEffect?: true;
  /** What happens when the projection no longer wants the record. Default: `delete`. */
  readonly whenGone?: 'delete' | 'leave';
  /** What becomes of a command when a person converted the record meanwhile. Default of both: `follow`. */
  readonly whenConverted?: { readonly write?: 'follow' | 'skip'; readonly delete?: 'follow' | 'skip' };
}
