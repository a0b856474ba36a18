import type { JsonObject } from '#contracts';
import type { ClaimedCommand } from '#ledger';
import type { WriteOutcome } from '#zoho';
import type { CommandGroup } from './command.groups.ts';
import type { CrmWriter } from './crm.writer.ts';
import { sendNotes, sendTasks } from './effect.send.ts';
import { fieldsThere } from './moved.fields.ts';
import { prepareRows } from './subform.rows.ts';

/** What came of a command that was sent. */
export interface AnsweredCommand {
  readonly command: ClaimedCommand;
  readonly answer: WriteOutcome;
}

/** Those of the commands that may still go out. */
export type MayGo = (commands: readonly ClaimedCommand[]) => Promise<readonly ClaimedCommand[]>;

/**
 * Sends a group in one call and gives what came of each command, in order. When the CRM refuses the call as a whole, which says nothing
 * about its records one by one, each goes out alone: so one record's fault parks that record only. A hundred calls may take longer than a
 * lease, and a person may stop them: each is asked for first, and what must not go out any more has no answer here.
 */
export async function sendGroup(crm: CrmWriter, group: CommandGroup, mayGo: MayGo): Promise<AnsweredCommand[]> {
  const outcomes = await callOf(crm, group);
  const refusedWhole = outcomes.length > 1 && outcomes.every(isRefusalOfTheCall);
  if (!refusedWhole) return answersOf(group.commands, outcomes);
  const single: AnsweredCommand[] = [];
  for (const command of group.commands) {
    const commands = await mayGo([command]);
    if (commands.length === 0) continue;
    single.push(...answersOf(commands, await callOf(crm, { ...group, commands })));
  }
  return single;
}

/** @throws Error when the client has not answered for each command. */
function answersOf(commands: readonly ClaimedCommand[], outcomes: readonly WriteOutcome[]): AnsweredCommand[] {
  return commands.map((command, index) => {
    const answer = outcomes[index];
    if (answer === undefined)
      throw new Error(`the client gave ${outcomes.length} outcomes for ${commands.length} commands`);
    return { command, answer };
  });
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
    const identity = fields.length === 0 ? {} : movedIdentity(command, { module, has: there.has });
    return { ...Object.fromEntries(fields), ...identity, id: idOf(command) };
  });
  const toWrite = records.filter((record) => Object.keys(record).length > 1);
  const outcomes = toWrite.length === 0 ? [] : await crm.update(module, { records: toWrite, trigger });
  return records.map((record) => outcomes[toWrite.indexOf(record)] ?? unchanged(record.id));
}

/** A Lead's identity does not come over with a conversion: its new record gets it with the next write, so that it is known as ours. */
function movedIdentity(
  { module: own, identity }: ClaimedCommand,
  there: { readonly module: string; readonly has: (field: string) => boolean },
): JsonObject {
  return own !== there.module && there.has(identity.field) ? { [identity.field]: identity.value } : {};
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
