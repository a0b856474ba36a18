import { errorBody, Refusal, type ErrorBody } from '../../answers/answer.ts';
import { badId, invalidData, mandatoryMissing, place, wrongType } from '../../answers/errors.ts';
import { success } from '../../answers/items.ts';
import { publish } from '../../notifications/publish.ts';
import { isId } from '../../org/id.sequence.ts';
import type { Org } from '../../org/org.ts';
import { clashError } from '../../records/duplicate.check.ts';
import { convertLead, type ConvertInput } from '../../records/lead.converter.ts';
import { referenceOf, type Fields, type StoredRecord } from '../../records/record.model.ts';
import { displayName } from '../../records/record.view.ts';
import { checkRecord } from '../../validate/record.check.ts';
import type { ApiRequest, Call } from '../call.ts';
import { bodyList, bodyObject } from '../request.body.ts';
import { findExistingAccount, findExistingContact } from './convert.match.ts';
import { recordScope } from './write.scope.ts';

const PATH = '$.data[0]';
const KEYS = new Set([
  'overwrite',
  'notify_lead_owner',
  'notify_new_entity_owner',
  'add_to_existing_record',
  'move_attachments_to',
  'Accounts',
  'Contacts',
  'assign_to',
  'Deals',
  'carry_over_tags',
]);

/** `POST /Leads/{id}/actions/convert` (reference 3.1). Not idempotent: a second one is refused. */
export const convertCall: Call = {
  kind: 'leads.convert',
  method: 'POST',
  path: '/crm/v8/Leads/:id/actions/convert',
  needs: () => [{ area: 'modules', name: 'leads', operations: ['CREATE', 'UPDATE'] }],
  credits: () => 5,
  heavy: () => true,
  run: (request, org) => {
    const lead = pathLead(request, org);
    const [given] = bodyList(bodyObject(request), { key: 'data', most: 1 });
    const input = checked(org, { given, lead, by: request.user.id });
    if ('error' in input) return { status: 400, body: { data: [input.error] } };
    const done = convertLead(org, input);
    if ('clashes' in done) {
      return { status: 400, body: { data: [clashError(org, { clashes: done.clashes, path: PATH })] } };
    }
    publish(org, { changes: done.changes, origin: { source: 'api', workflow: true } });
    const shown = (record: StoredRecord) => ({ name: displayName(org, record), id: record.id });
    const details = {
      Contacts: shown(done.contact),
      Deals: done.deal === undefined ? null : shown(done.deal),
      Accounts: shown(done.account),
    };
    return { status: 200, body: { data: [success('The record has been converted successfully', details)] } };
  },
};

function pathLead(request: ApiRequest, org: Org): StoredRecord {
  const id = request.params['id'];
  const lead = isId(id) ? org.records.get('Leads', id) : undefined;
  if (lead === undefined) throw new Refusal(400, invalidData({ resource_path_index: 1 }));
  if (lead.converted === undefined) return lead;
  throw new Refusal(400, errorBody('ID_ALREADY_CONVERTED', 'id already converted', { resource_path_index: 1 }));
}

function checked(
  org: Org,
  about: { readonly given: unknown; readonly lead: StoredRecord; readonly by: string },
): ConvertInput | { readonly error: ErrorBody } {
  const { given, lead, by } = about;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { error: invalidData({ expected_data_type: 'jsonobject', api_name: 'data', json_path: PATH }) };
  }
  const wishes = given as Fields;
  const unknown = Object.keys(wishes).find((key) => !KEYS.has(key));
  if (unknown !== undefined && org.settings.unknownFields === 'reject')
    return { error: invalidData({ ...place(unknown, PATH) }) };
  const contact = joined(org, { wishes, name: 'Contacts' });
  const account = joined(org, { wishes, name: 'Accounts' });
  const owner = assigned(org, wishes);
  const deal = dealValues(org, wishes);
  for (const part of [contact, account, owner, deal]) if ('error' in part) return { error: part.error };
  const found = {
    contact: 'record' in contact ? (contact.record ?? findExistingContact(org, lead)) : undefined,
    account: 'record' in account ? (account.record ?? findExistingAccount(org, lead)) : undefined,
  };
  return {
    lead,
    by,
    overwrite: wishes['overwrite'] === true,
    ...(found.contact === undefined ? {} : { contact: found.contact }),
    ...(found.account === undefined ? {} : { account: found.account }),
    ...('values' in deal && deal.values !== undefined ? { deal: deal.values } : {}),
    ...('id' in owner && owner.id !== undefined ? { owner: owner.id } : {}),
  };
}

type Part<T> = T | { readonly error: ErrorBody };

function joined(
  org: Org,
  given: { wishes: Fields; name: 'Contacts' | 'Accounts' },
): Part<{ record: StoredRecord | undefined }> {
  const value = given.wishes[given.name];
  if (value === undefined || value === null) return { record: undefined };
  const id = referenceOf(value)?.id;
  const where = place('id', `${PATH}.${given.name}`);
  if (id === undefined) return { error: mandatoryMissing(where) };
  const record = org.records.get(given.name, id);
  return record === undefined ? { error: badId({ ...where }) } : { record };
}

function assigned(org: Org, wishes: Fields): Part<{ id: string | undefined }> {
  const value = wishes['assign_to'];
  if (value === undefined || value === null) return { id: undefined };
  const id = referenceOf(value)?.id;
  const where = place('id', `${PATH}.assign_to`);
  if (id === undefined) return { error: mandatoryMissing(where) };
  return org.users.get(id) === undefined ? { error: badId({ ...where }) } : { id };
}

function dealValues(org: Org, wishes: Fields): Part<{ values: Fields | undefined }> {
  const value = wishes['Deals'];
  const module = org.schema.module('Deals');
  if (value === undefined || value === null || module === undefined) return { values: undefined };
  const path = `${PATH}.Deals`;
  if (typeof value !== 'object') return { error: wrongType('jsonobject', place('Deals', PATH)) };
  const { Contact_Role: _role, ...input } = value as Fields;
  const stages = module.fields.get('Stage')?.values ?? [];
  const stage = input['Stage'];
  if (typeof stage === 'string' && !stages.some((known) => known.actual === stage || known.display === stage)) {
    const details = { mapped_field: 'Pipeline', ...place('Stage', path) };
    return { error: errorBody('MAPPING_MISMATCH', 'Pipeline doesn`t contain the Stage', details) };
  }
  const result = checkRecord({ module, input, path, mode: 'insert' }, recordScope(org));
  if ('error' in result) return result;
  if (result.values['Closing_Date'] === undefined) return { error: mandatoryMissing(place('Closing_Date', path)) };
  return { values: result.values };
}
