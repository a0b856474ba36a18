import type { Command, JsonObject, Lane } from '#contracts';
import type { TriggerRule } from './wanted.types.ts';

const WORKFLOW: readonly string[] = ['workflow'];

/** `trigger` of a write with these fields in the lane live (packs/README.md section 5). */
export function triggerOf({ trigger = WORKFLOW }: { readonly trigger?: TriggerRule }, fields: JsonObject): string[] {
  if (!('whenWritten' in trigger)) return [...trigger];
  return trigger.whenWritten.some((field) => Object.hasOwn(fields, field)) ? [...WORKFLOW] : [];
}

/** The lanes in which the CRM's automations may run. */
const TELLS: Readonly<Record<Lane, boolean>> = {
  live: true,
  retry: true,
  replay: false,
  backfill: false,
  reconcile: false,
};

/**
 * `trigger` of a command in a lane: live and retry keep it; replay, backfill and reconcile tell nobody
 * (packs/README.md section 5).
 */
export function triggerFor(lane: Lane, { trigger }: { readonly trigger: readonly string[] }): string[] {
  return TELLS[lane] ? [...trigger] : [];
}

/** Whether a command goes out in a lane: a task that somebody would have to do tells people (packs/README.md section 5). */
export function goesOut(lane: Lane, { operation, fields }: Pick<Command, 'operation' | 'fields'>): boolean {
  return TELLS[lane] || operation !== 'task' || fields['Status'] === 'Completed';
}
