import type { Outcome } from '#contracts';
import type { ClaimedCommand, SettledCommand } from '#ledger';
import type { WriteOutcome } from '#zoho';
import { CONVERTED } from './conversion.policy.ts';
import type { CrmWriter } from './crm.writer.ts';
import { groupCommands } from './command.groups.ts';
import { sendGroup } from './group.send.ts';
import { fieldsThere } from './moved.fields.ts';
import { outcomeOf } from './outcome.plain.ts';

/** Zoho's codes for a Lead that a person converted (reference 6). */
const CONVERTED_CODES = new Set(['CONVERTED_RECORD', 'ID_ALREADY_CONVERTED']);

/** True when the answer says that the linked record is not there: what became of it is to be looked up. */
export function isLost(command: Pick<ClaimedCommand, 'link' | 'operation'>, answer: WriteOutcome): boolean {
  return command.link !== null && (saysGone(answer) || saysParentGone(command, answer));
}

/** What a note or task says of the record that it is made for (reference 3.2). */
const PARENT_FIELDS = new Set(['Parent_Id', 'What_Id', 'Who_Id', '$se_module']);

function saysParentGone({ operation }: Pick<ClaimedCommand, 'operation'>, answer: WriteOutcome): boolean {
  const isEffect = operation === 'note' || operation === 'task';
  return isEffect && answer.kind === 'rejected' && PARENT_FIELDS.has(answer.field ?? '');
}

function saysGone(answer: WriteOutcome): boolean {
  return answer.kind === 'rejected' && (answer.gone || CONVERTED_CODES.has(answer.zohoCode));
}

/** Turns what the CRM answered for one command into what the ledger records, looking up what became of a lost record. */
export async function resolveOutcome(
  crm: CrmWriter,
  command: ClaimedCommand,
  answer: WriteOutcome,
): Promise<SettledCommand> {
  if (isLost(command, answer)) return followLostRecord(crm, command);
  if (saysGone(answer) && command.operation === 'delete') return { command, outcome: alreadyGone('') };
  if (answer.kind !== 'succeeded' || command.operation !== 'write') return { command, outcome: outcomeOf(answer) };
  return linked(command, answer, { module: command.link?.module ?? command.module, recordId: answer.recordId });
}

/** The linked record is not there: converted, merged into another, or deleted by a person (packs/README.md section 6). */
async function followLostRecord(crm: CrmWriter, command: ClaimedCommand): Promise<SettledCommand> {
  const { link } = command;
  if (link === null) throw new Error('only a linked record can be lost');
  const moved = await whereItWent(crm, command, link);
  if (moved.kind === 'failed') return { command, outcome: moved.outcome };
  if (moved.kind === 'deleted') {
    return { command, outcome: command.operation === 'delete' ? alreadyGone(link.recordId) : deletedByAPerson() };
  }
  if (moved.kind === 'converted' && command.whenConverted === 'skip') return { command, outcome: CONVERTED };
  const place = { module: moved.module, recordId: moved.recordId };
  const redirected = { ...command, link: { ...place, generation: link.generation + 1 } };
  const [group] = groupCommands([redirected]);
  // One command is one call: it was asked for before.
  const [again] = group === undefined ? [] : await sendGroup(crm, group, (held) => Promise.resolve(held));
  if (again === undefined) throw new Error('a call of one command has one outcome');
  return linked(command, again.answer, place);
}

type Whereabouts =
  | { readonly kind: 'converted' | 'merged'; readonly module: string; readonly recordId: string }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'failed'; readonly outcome: Outcome };

async function whereItWent(
  crm: CrmWriter,
  command: ClaimedCommand,
  link: NonNullable<ClaimedCommand['link']>,
): Promise<Whereabouts> {
  if (link.module === 'Leads') {
    const result = await crm.convertedLead([link.recordId]);
    if (result.kind !== 'ok') return { kind: 'failed', outcome: outcomeOf(result) };
    const contactId = result.leads.find(({ id }) => id === link.recordId)?.contactId ?? null;
    if (contactId !== null) return { kind: 'converted', module: 'Contacts', recordId: contactId };
  }
  const { field, value } = command.identity;
  const there = await fieldsThere(crm, { module: link.module, commands: [command] });
  if (there.kind !== 'ok') return { kind: 'failed', outcome: outcomeOf(there) };
  // Where a person converted it to, our identity may not be known: nothing can carry it then.
  if (!there.has(field)) return { kind: 'deleted' };
  const result = await crm.findByField(link.module, { field, values: [value], fields: [field] });
  if (result.kind !== 'ok') return { kind: 'failed', outcome: outcomeOf(result) };
  const other = result.records.find(({ id }) => id !== link.recordId);
  return other === undefined ? { kind: 'deleted' } : { kind: 'merged', module: link.module, recordId: other.id };
}

function linked(
  command: ClaimedCommand,
  answer: WriteOutcome,
  place: { readonly module: string; readonly recordId: string },
): SettledCommand {
  const { product, entityType, entityId } = command;
  return { command, outcome: outcomeOf(answer), link: { product, entityType, entityId, ...place } };
}

function alreadyGone(recordId: string): Outcome {
  return { kind: 'succeeded', recordId, created: false };
}

function deletedByAPerson(): Outcome {
  return { kind: 'rejected', code: 'deleted_in_crm', reason: 'the record is not in the CRM any more', field: null };
}
