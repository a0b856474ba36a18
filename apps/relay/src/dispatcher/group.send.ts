import type { JsonObject } from '#contracts';
import type { ClaimedCommand } from '#ledger';
import type { WriteOutcome } from '#zoho';
import type { CommandGroup } from './command.groups.ts';
import type { CrmWriter } from './crm.writer.ts';
import { sendNotes, sendTasks } from './effect.send.ts';
import { fieldsThere } from './moved.fields.ts';
import { prepareRows } from './subform.rows.ts';

/**
 * Sends a group in one call and gives the outcome of each command, in order. When the CRM refuses the call as a whole,
 * which says nothing about its records one by one, each goes out alone: so one record's fault parks that record only.
 */
export async function sendGroup(crm: CrmWriter, group: CommandGroup): Promise<WriteOutcome[]> {
  const outcomes = await callOf(crm, group);
  const refusedWhole = outcomes.length > 1 && outcomes.every(isRefusalOfTheCall);
  if (!refusedWhole) return outcomes;
  const single: WriteOutcome[] = [];
  for (const command of group.commands) single.push(...(await callOf(crm, { ...group, commands: [command] })));
  return single;
}

function isRefusalOfTheCall(outcome: WriteOutcome): boolean {
  return outcome.kind === 'rejected' && outcome.concerns === 'call';
}

async function callOf(crm: CrmWriter, group: CommandGroup): Promise<WriteOutcome[]> {
  const { module, commands, trigger, identityField } = group;
  switch (group.form) {
    case 'upsert': {
      const ready = await prepareRows(crm, group);
      if (ready.kind !== 'ok') return commands.map(() => ready);
      return crm.upsert(module, { records: ready.commands.map(withIdentity), identityField, trigger });
    }
    case 'update':
      return update(crm, group);
    case 'remove':
      return crm.remove(module, { ids: commands.map(idOf) });
    case 'locate':
      return locate(crm, group);
    case 'note':
      return sendNotes(crm, commands);
    case 'task':
      return sendTasks(crm, { commands, trigger });
    case 'convert':
      throw new Error('conversions go out one by one');
    default:
      return group.form satisfies never;
  }
}

/** Without its identity an upsert would make a record that is not ours: the write that had it may have been skipped. */
function withIdentity({ fields, identity }: ClaimedCommand): JsonObject {
  return { ...fields, [identity.field]: identity.value };
}

function idOf({ link }: ClaimedCommand): string {
  if (link === null) throw new Error('a command without a link cannot go by record id');
  return link.recordId;
}

/** A converted record gets only the fields that its new module has; where that leaves none, there is nothing to do. */
async function update(crm: CrmWriter, group: CommandGroup): Promise<WriteOutcome[]> {
  const { module, commands, trigger } = group;
  const there = await fieldsThere(crm, group);
  if (there.kind !== 'ok') return commands.map(() => there);
  const ready = await prepareRows(crm, group);
  if (ready.kind !== 'ok') return commands.map(() => ready);
  const records = ready.commands.map((command) => {
    const fields = Object.entries(command.fields).filter(([name]) => there.has(name));
    return { ...Object.fromEntries(fields), id: idOf(command) };
  });
  const toWrite = records.filter((record) => Object.keys(record).length > 1);
  const outcomes = toWrite.length === 0 ? [] : await crm.update(module, { records: toWrite, trigger });
  return records.map((record) => outcomes[toWrite.indexOf(record)] ?? unchanged(record.id));
}

function unchanged(recordId: string): WriteOutcome {
  return { kind: 'succeeded', recordId, created: false, modifiedAt: null };
}

/** A delete of a record that we know by its identity alone: found and deleted, or not there, which is as good. */
async function locate(crm: CrmWriter, { module, commands, identityField }: CommandGroup): Promise<WriteOutcome[]> {
  const values = commands.map(({ identity }) => identity.value);
  const found = await crm.findByField(module, { field: identityField, values, fields: [identityField] });
  if (found.kind !== 'ok') return commands.map(() => found);
  const ids = values.map((value) => found.records.find((record) => record[identityField] === value)?.id ?? null);
  const there = [...new Set(ids)].filter((id) => id !== null);
  const removed = there.length === 0 ? [] : await crm.remove(module, { ids: there });
  return ids.map((id) => (id === null ? undefined : removed[there.indexOf(id)]) ?? unchanged(''));
}
