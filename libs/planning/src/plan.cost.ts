import { creditsOf, type CallKind } from '#zoho';
import type { PlanCost, PlannedRecord } from './plan.types.ts';

/** Records of one call at most. */
export const CALL_RECORDS = 100;

/**
 * What the writes of a plan cost: commands of one form and module share calls of a hundred records, and a credit pays for ten of them. Pure.
 * Lists of rows are read before they are replaced, one call a record.
 */
export function costOf(records: readonly PlannedRecord[], most = CALL_RECORDS): PlanCost {
  const writes = groupsOf(records).flatMap(({ kind, records: members }) =>
    sizes(members.length, most).map((size) => creditsOf({ kind, records: size })),
  );
  const rows = records.filter(({ command }) => Object.values(command.fields).some(isRows)).length;
  const checks = checkSizes(records);
  return {
    calls: writes.length + rows,
    credits: sum(writes) + rows,
    checkCalls: checks.length,
    checkCredits: checks.length,
  };
}

interface CallGroup {
  readonly kind: CallKind;
  readonly records: readonly PlannedRecord[];
}

/** Commands that can share a call, in the order in which they go into the ledger. */
export function groupsOf(records: readonly PlannedRecord[]): CallGroup[] {
  const groups = Map.groupBy(records, (record) =>
    JSON.stringify([record.connectionId, kindOf(record), record.module, record.command.identity.field]),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ kind: kindOf(first), records: members }];
  });
}

function kindOf({ action, command }: PlannedRecord): CallKind {
  if (action === 'effect') return command.operation === 'note' ? 'notes_create' : 'insert';
  return action === 'change' ? 'update' : 'upsert';
}

/** Each record is read once more before it is written: by id a hundred at a time, by name fifty. */
function checkSizes(records: readonly PlannedRecord[]): number[] {
  const written = records.filter(({ action }) => action !== 'effect');
  const groups = Map.groupBy(written, ({ connectionId, module, recordId }) =>
    JSON.stringify([connectionId, module, recordId === null]),
  );
  return [...groups.values()].flatMap((members) => sizes(members.length, members[0]?.recordId === null ? 50 : 100));
}

function sizes(count: number, most: number): number[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, at) => Math.min(most, count - at * most));
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
