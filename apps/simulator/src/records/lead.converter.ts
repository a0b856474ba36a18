import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import type { Module } from '../schema/module.model.ts';
import type { Change } from './change.ts';
import { findClashes, type Clash } from './duplicate.check.ts';
import { accountValues, contactValues } from './convert.fields.ts';
import type { Fields, StoredRecord } from './record.model.ts';
import { referenceOf } from './record.model.ts';
import { insertRecord, updateRecord } from './record.writer.ts';

export interface ConvertInput {
  readonly lead: StoredRecord;
  readonly by: string;
  /** Records to join instead of making new ones. */
  readonly contact?: StoredRecord;
  readonly account?: StoredRecord;
  /** Whether the Lead's values win over those that joined records have. */
  readonly overwrite: boolean;
  /** Checked values of the deal; without them none is made. */
  readonly deal?: Fields;
  readonly owner?: string;
}

export interface Converted {
  readonly contact: StoredRecord;
  readonly account: StoredRecord;
  readonly deal: StoredRecord | undefined;
  readonly changes: readonly Change[];
}

/** Turns a Lead into a contact, an account and perhaps a deal; its notes and tasks go to the contact (reference 3.1). */
export function convertLead(org: Org, input: ConvertInput): Converted | { readonly clashes: readonly Clash[] } {
  const modules = modulesOf(org);
  const owner = input.owner === undefined ? {} : { Owner: { id: input.owner } };
  const person = { ...contactValues(input.lead.fields, modules), ...owner };
  const except = input.contact === undefined ? {} : { except: input.contact.id };
  const clashes = findClashes(org, { module: modules.contacts, values: person, ...except });
  if (clashes.length > 0) return { clashes };
  const changes: Change[] = [];
  const write = (module: Module, given: { readonly values: Fields; readonly joined?: StoredRecord | undefined }) => {
    const made = join(org, { ...given, module, by: input.by, overwrite: input.overwrite });
    changes.push(made.change);
    return made.record;
  };
  const account = write(modules.accounts, {
    values: { ...accountValues(input.lead.fields), ...owner },
    joined: input.account,
  });
  const link = { Account_Name: { id: account.id } };
  const contact = write(modules.contacts, { values: { ...person, ...link }, joined: input.contact });
  const dealLinks = { ...owner, ...link, Contact_Name: { id: contact.id } };
  const deal = input.deal === undefined ? undefined : write(modules.deals, { values: { ...input.deal, ...dealLinks } });
  moveRelated(org, { lead: input.lead, contact });
  changes.push(markConverted(org, { ...input, contact, account, deal, leads: modules.leads }));
  return { contact, account, deal, changes };
}

function modulesOf(org: Org): { leads: Module; contacts: Module; accounts: Module; deals: Module } {
  const module = (name: string): Module => {
    const found = org.schema.module(name);
    if (found === undefined) throw new Error(`the schema lacks ${name}`);
    return found;
  };
  return { leads: module('Leads'), contacts: module('Contacts'), accounts: module('Accounts'), deals: module('Deals') };
}

function join(
  org: Org,
  given: { module: Module; values: Fields; joined?: StoredRecord | undefined; by: string; overwrite: boolean },
): { readonly record: StoredRecord; readonly change: Change } {
  const { joined, values } = given;
  if (joined === undefined) return insertRecord(org, given);
  const taken = Object.fromEntries(
    Object.entries(values).filter(([name]) => given.overwrite || joined.fields[name] === undefined),
  );
  return { record: joined, change: updateRecord(org, { ...given, record: joined, values: taken }) };
}

/** Notes and tasks of the Lead hang on the contact from now on; they themselves are not changed otherwise. */
function moveRelated(org: Org, given: { lead: StoredRecord; contact: StoredRecord }): void {
  const to = { id: given.contact.id, module: 'Contacts' };
  for (const [name, link] of [
    ['Notes', 'Parent_Id'],
    ['Tasks', 'What_Id'],
  ] as const) {
    const module = org.schema.module(name);
    if (module === undefined) continue;
    const store = org.records.of(module);
    for (const record of store.find(link, { id: given.lead.id }) ?? []) {
      if (referenceOf(record.fields[link])?.module !== 'Leads') continue;
      const moved = name === 'Tasks' ? contactTask(record.fields, to.id) : { ...record.fields, [link]: to };
      store.change(record, { fields: moved, modifiedAt: record.modifiedAt });
    }
  }
}

/** A contact stands in `Who_Id` of a task, not in `What_Id`. */
function contactTask(fields: Fields, contact: string): Fields {
  const { What_Id: _what, $se_module: _module, ...rest } = fields;
  return { ...rest, Who_Id: { id: contact } };
}

function markConverted(
  org: Org,
  given: {
    readonly lead: StoredRecord;
    readonly leads: Module;
    readonly by: string;
    readonly contact: StoredRecord;
    readonly account: StoredRecord;
    readonly deal: StoredRecord | undefined;
  },
): Change {
  const { lead, contact, account, deal, by } = given;
  const at = org.clock.now();
  const change = updateRecord(org, {
    module: given.leads,
    record: lead,
    by,
    values: {
      Converted__s: true,
      Converted_Date_Time: formatTime(at),
      Converted_Contact: { id: contact.id },
      Converted_Account: { id: account.id },
      Converted_Deal: deal === undefined ? undefined : { id: deal.id },
    },
  });
  const conversion = { contact: contact.id, account: account.id, deal: deal?.id ?? null, at, by };
  org.records.of(given.leads).convert(lead, conversion);
  return change;
}
