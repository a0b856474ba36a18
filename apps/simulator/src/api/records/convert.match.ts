import type { Org } from '../../org/org.ts';
import type { StoredRecord } from '../../records/record.model.ts';
import { uniqueFields } from '../../schema/module.model.ts';

/**
 * The contact that a conversion joins when none is named: by a unique field that the Lead shares, and only where there is none
 * such, by e-mail (reference 3.1).
 */
export function findExistingContact(org: Org, lead: StoredRecord): StoredRecord | undefined {
  const module = org.schema.module('Contacts');
  if (module === undefined) return undefined;
  const store = org.records.of(module);
  const shared = uniqueFields(module).filter((field) => lead.fields[field.apiName] !== undefined);
  const names = shared.length > 0 ? shared.map((field) => field.apiName) : ['Email'];
  return names.map((name) => store.find(name, lead.fields[name])?.[0]).find((record) => record !== undefined);
}

/** The account of the Lead's company name, if there is one. */
export function findExistingAccount(org: Org, lead: StoredRecord): StoredRecord | undefined {
  const module = org.schema.module('Accounts');
  const company = lead.fields['Company'];
  return module === undefined || company === undefined
    ? undefined
    : org.records.of(module).find('Account_Name', company)?.[0];
}
