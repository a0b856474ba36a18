import { recordKeyOf, type MadeRecord, type Outcome } from '#contracts';
import type { ClaimedCommand, SettledCommand } from '#ledger';
import type { Failure, RecordsResult } from '#zoho';
import type { CrmWriter } from './crm.writer.ts';
import { linkOf } from './effect.send.ts';
import { outcomeOf, stillUnknown } from './outcome.plain.ts';
import type { Look, SharedLook } from './shared.look.ts';

/** What a Lead became, whoever converted it. */
interface Became {
  readonly kind: 'became';
  readonly contactId: string | null;
  readonly accountId: string | null;
}

type Conversion = Became | Failure;

/**
 * Converts a Lead once. One that is converted already, by an attempt whose answer was lost or by a person, is not converted again:
 * what it became is looked up. Records that it made get their links; a Contact that carries another identity of ours is left alone,
 * and the command is parked for a person.
 */
export async function convertLead(
  crm: CrmWriter,
  command: ClaimedCommand,
  contacts: SharedLook,
): Promise<SettledCommand> {
  const conversion = await becameOf(crm, command);
  if (conversion.kind !== 'became') return { command, outcome: outcomeOf(conversion) };
  const stranger = await carriesAnother(command, conversion, (look) => contacts.read(crm, look));
  if (stranger !== null) return { command, outcome: stranger };
  const { product, entityType, entityId } = command;
  const made = (command.makes ?? []).flatMap((record) => {
    const recordId = idIn(conversion, record);
    if (recordId === null) return [];
    const link = { recordKey: recordKeyOf(record), product, entityType, entityId, module: record.module, recordId };
    return [{ ...link, ...(record.shared === true ? { shared: true } : {}) }];
  });
  return { command, outcome: { kind: 'succeeded', recordId: conversion.contactId ?? '', created: true }, made };
}

async function becameOf(crm: CrmWriter, command: ClaimedCommand): Promise<Conversion> {
  const { module, recordId } = linkOf(command);
  if (module === 'Contacts') return becameOfContact(crm, recordId);
  if (command.verify) {
    const before = await convertedInto(crm, recordId);
    if (before === null || before.kind !== 'became') return before ?? send(crm, command);
    return before;
  }
  return send(crm, command);
}

async function send(crm: CrmWriter, command: ClaimedCommand): Promise<Conversion> {
  const { recordId } = linkOf(command);
  const { overwrite, notify_lead_owner: lead, notify_new_entity_owner: owner } = command.fields;
  const told = command.lane === 'live' || command.lane === 'retry';
  const answer = await crm.convert({
    id: recordId,
    overwrite: overwrite === true,
    notifyLeadOwner: told && lead === true,
    notifyNewOwner: told && owner === true,
  });
  switch (answer.kind) {
    case 'converted':
      return { kind: 'became', contactId: answer.contactId, accountId: answer.accountId };
    case 'scheduled':
      return { kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN', reason: 'the CRM converts the Lead later' };
    case 'rejected':
      // Somebody was faster: a person, or our own attempt whose answer was lost.
      if (answer.zohoCode !== 'ID_ALREADY_CONVERTED' && !answer.gone) return answer;
      return (await convertedInto(crm, recordId)) ?? answer;
    default:
      return answer;
  }
}

async function convertedInto(crm: CrmWriter, leadId: string): Promise<Conversion | null> {
  const result = await crm.convertedLead([leadId]);
  if (result.kind !== 'ok') return result;
  const lead = result.leads.find(({ id }) => id === leadId);
  return lead === undefined ? null : { kind: 'became', contactId: lead.contactId, accountId: lead.accountId };
}

/** A person converted the Lead before, and a later command followed it: the Contact knows its Account. */
async function becameOfContact(crm: CrmWriter, contactId: string): Promise<Conversion> {
  const result = await crm.getByIds('Contacts', { ids: [contactId], fields: ['Account_Name'] });
  if (result.kind !== 'ok') return result;
  const account = result.records.find(({ id }) => id === contactId)?.['Account_Name'];
  const isPlace = typeof account === 'object' && account !== null && !Array.isArray(account);
  const id = isPlace ? account['id'] : null;
  return { kind: 'became', contactId, accountId: typeof id === 'string' ? id : null };
}

/** Zoho may join a Contact that is there: one of another of our people must not be written to. */
async function carriesAnother(
  command: ClaimedCommand,
  became: Became,
  read: (look: Look) => Promise<RecordsResult>,
): Promise<Outcome | null> {
  const contact = (command.makes ?? []).find(({ module, shared }) => module === 'Contacts' && shared !== true);
  if (contact === undefined || became.contactId === null) return null;
  const { field, value } = contact.identity;
  const { connectionId } = command;
  const result = await read({ connectionId, module: 'Contacts', recordId: became.contactId, field });
  if (result.kind !== 'ok') return stillUnknown(result);
  const held = result.records.find(({ id }) => id === became.contactId)?.[field] ?? null;
  if (held === null || held === '' || held === value) return null;
  const reason = 'the Lead was converted into a Contact that carries the identity of another of our people';
  return { kind: 'rejected', code: 'contact_of_another', reason, field };
}

function idIn({ contactId, accountId }: Became, { module }: MadeRecord): string | null {
  if (module === 'Contacts') return contactId;
  return module === 'Accounts' ? accountId : null;
}
