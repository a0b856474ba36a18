import { holdsWanted } from '#mapping';
import type { ClaimedCommand, SettledCommand } from '#ledger';
import type { Failure, RecordsResult, ZohoRecord } from '#zoho';
import type { CommandGroup } from './command.groups.ts';
import type { CrmWriter } from './crm.writer.ts';
import { verifyEffects } from './effect.verify.ts';
import { fieldsThere } from './moved.fields.ts';
import { stillUnknown } from './outcome.plain.ts';
import { rowFields } from './subform.rows.ts';
import type { Verification } from './verification.types.ts';

/** Most fields that one call reads (reference 2.5). */
const MOST_FIELDS = 50;

/**
 * Reads the records of those commands whose earlier attempt may have taken effect, before anything else happens to them
 * (packs/README.md section 4, "Unknown outcome"): by id where there is a link, else by COQL on the identity field, which
 * sees what was written just before. One call for all of them.
 */
export async function verifyUnknown(crm: CrmWriter, group: CommandGroup): Promise<Verification> {
  const suspects = group.commands.filter(({ verify }) => verify);
  if (suspects.length === 0) return { settled: [], toSend: group.commands, failure: null };
  if (group.form === 'note' || group.form === 'task' || group.form === 'convert') return verifyEffects(crm, group);
  const there = await fieldsThere(crm, group);
  if (there.kind !== 'ok') return notRead(group, there);
  const plain = await readRecords(crm, { ...group, commands: suspects }, there.has);
  if (plain.kind !== 'ok') return notRead(group, plain);
  const result = await withRows(crm, { ...group, commands: suspects }, plain.records);
  if (result.kind !== 'ok') return notRead(group, result);
  const settled = suspects.flatMap((command) => {
    const record = result.records.find((candidate) => isRecordOf(command, candidate));
    return isDone(command, record, there.has) ? [doneAlready(command, record, group.module)] : [];
  });
  const ended = new Set(settled.map(({ command }) => command.id));
  return { settled, toSend: group.commands.filter(({ id }) => !ended.has(id)), failure: null };
}

function notRead({ commands }: CommandGroup, failure: Failure): Verification {
  const outcome = stillUnknown(failure);
  const settled = commands.filter(({ verify }) => verify).map((command) => ({ command, outcome }));
  return { settled, toSend: commands.filter(({ verify }) => !verify), failure };
}

/** A delete is done when the record is not there, a write when each field has the value that was sent. Pure. */
export function isDone(
  command: Pick<ClaimedCommand, 'operation' | 'fields'>,
  record: ZohoRecord | undefined,
  has: (field: string) => boolean = () => true,
): boolean {
  if (command.operation === 'delete') return record === undefined;
  if (record === undefined) return false;
  const sent = Object.entries(command.fields).filter(([field]) => has(field));
  return sent.every(([field, value]) => holdsWanted(value, record[field] ?? null));
}

async function readRecords(
  crm: CrmWriter,
  group: CommandGroup,
  has: (field: string) => boolean,
): Promise<RecordsResult> {
  const { commands, module, identityField } = group;
  const rows = new Set(commands.flatMap((command) => rowFields(command)));
  const written = commands.flatMap(({ fields }) => Object.keys(fields)).filter((name) => !rows.has(name));
  const names = new Set([identityField, ...written].filter(has));
  if (names.size > MOST_FIELDS && commands.length > 1) {
    const half = Math.ceil(commands.length / 2);
    const first = await readRecords(crm, { ...group, commands: commands.slice(0, half) }, has);
    if (first.kind !== 'ok') return first;
    const second = await readRecords(crm, { ...group, commands: commands.slice(half) }, has);
    return second.kind === 'ok' ? { kind: 'ok', records: [...first.records, ...second.records] } : second;
  }
  const fields = [...names];
  const ids = commands.flatMap(({ link }) => (link === null ? [] : [link.recordId]));
  if (ids.length > 0) return crm.getByIds(module, { ids, fields });
  const values = commands.map(({ identity }) => identity.value);
  return crm.findByField(module, { field: identityField, values, fields });
}

/** Lists of rows come with a read of the single record only. */
async function withRows(
  crm: CrmWriter,
  { module, commands }: CommandGroup,
  records: readonly ZohoRecord[],
): Promise<RecordsResult> {
  const whole: ZohoRecord[] = [];
  for (const record of records) {
    const command = commands.find((candidate) => isRecordOf(candidate, record));
    const needed = command !== undefined && rowFields(command).length > 0;
    const read = needed ? await crm.getById(module, { id: record.id }) : { kind: 'ok' as const, record };
    if (read.kind !== 'ok') return read;
    whole.push(read.record ?? record);
  }
  return { kind: 'ok', records: whole };
}

function isRecordOf({ link, identity }: ClaimedCommand, record: ZohoRecord): boolean {
  return link === null ? record[identity.field] === identity.value : record.id === link.recordId;
}

function doneAlready(command: ClaimedCommand, record: ZohoRecord | undefined, module: string): SettledCommand {
  const recordId = record?.id ?? command.link?.recordId ?? '';
  const outcome = { kind: 'succeeded', recordId, created: false } as const;
  if (record === undefined) return { command, outcome };
  const { product, entityType, entityId } = command;
  return { command, outcome, link: { product, entityType, entityId, module, recordId } };
}
