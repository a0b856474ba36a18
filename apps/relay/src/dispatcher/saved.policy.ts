import type { Json, Outcome } from '#contracts';
import type { ClaimedCommand, SettledCommand } from '#ledger';
import { sameValue } from '#mapping';

/** Values that are certain to be in the CRM: command id -> field -> value. */
export type Acknowledged = ReadonlyMap<string, ReadonlyMap<string, Json>>;

/**
 * Leaves out of updates what their records have already, by our own last acknowledged write. A command with nothing left is done
 * without a call. One that may have taken effect before goes out whole: it was read, and differed. Pure.
 */
export function splitSaved(
  commands: readonly ClaimedCommand[],
  acknowledged: Acknowledged,
): { readonly saved: SettledCommand[]; readonly open: ClaimedCommand[] } {
  const saved: SettledCommand[] = [];
  const open: ClaimedCommand[] = [];
  for (const command of commands) {
    const known = command.verify ? undefined : acknowledged.get(command.id);
    const fields = Object.entries(command.fields).filter(([field, value]) => !has(known, field, value));
    if (fields.length > 0) open.push({ ...command, fields: Object.fromEntries(fields) });
    else saved.push({ command, outcome: doneBefore(command) });
  }
  return { saved, open };
}

function has(known: ReadonlyMap<string, Json> | undefined, field: string, value: Json): boolean {
  const there = known?.get(field);
  return there !== undefined && sameValue(value, there);
}

function doneBefore({ link }: ClaimedCommand): Outcome {
  return { kind: 'succeeded', recordId: link?.recordId ?? '', created: false, saved: true };
}
