import type { JsonObject, Lane, Operation } from '#contracts';

/** An open command of one record as coalescing looks at it, with lookups that are not resolved yet. */
export interface WaitingCommand {
  readonly id: string;
  readonly product: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly lane: Lane;
  readonly operation: Operation;
  readonly identityField: string;
  readonly fields: JsonObject;
  readonly trigger: readonly string[];
  readonly whenConverted: string;
  readonly linkOnly: boolean;
  /** Record keys that its fields name. */
  readonly lookups: readonly string[];
  /** Never attempted, due, not parked, and waiting for no link. */
  readonly fresh: boolean;
}

/** What one command takes over from those behind it. */
export interface Merge {
  readonly merged: readonly WaitingCommand[];
  readonly fields: JsonObject;
  readonly lookups: readonly string[];
}

/**
 * How far the oldest command of a record takes those behind it with it: the last value of each field wins, and the order is kept,
 * since the first one that cannot be merged ends it. A conversion, a delete, a note or a task is never passed: it happens to the
 * record as it was then. Nor is a command that was attempted or is parked, one of another trigger rule or lane (automations would run
 * for a field that told nobody, or not for one that should), or one that ends differently when people convert the record. Pure.
 */
export function mergeOf(head: WaitingCommand, followers: readonly WaitingCommand[]): Merge {
  const end = head.operation === 'write' && head.fresh ? followers.findIndex((each) => !joins(head, each)) : 0;
  const merged = followers.slice(0, end < 0 ? followers.length : end);
  return {
    merged,
    fields: Object.assign({}, head.fields, ...merged.map(({ fields }) => fields)) as JsonObject,
    lookups: [...new Set([head, ...merged].flatMap(({ lookups }) => lookups))],
  };
}

function joins(head: WaitingCommand, each: WaitingCommand): boolean {
  return each.fresh && each.operation === 'write' && ruleOf(each) === ruleOf(head);
}

/** What two commands must have in common, so that nobody sees a difference. */
function ruleOf(command: WaitingCommand): string {
  const { product, entityType, entityId, lane, identityField, trigger, whenConverted, linkOnly } = command;
  return JSON.stringify([product, entityType, entityId, lane, identityField, trigger, whenConverted, linkOnly]);
}
