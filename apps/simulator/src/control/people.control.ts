import type { z } from 'zod';
import { notifyWatchers, publish } from '../notifications/publish.ts';
import type { Org } from '../org/org.ts';
import type { Change } from '../records/change.ts';
import { findClashes } from '../records/duplicate.check.ts';
import { mergeRecords } from '../merge/record.merger.ts';
import { convertLead } from '../records/lead.converter.ts';
import type { Fields, StoredRecord } from '../records/record.model.ts';
import { referenceOf } from '../records/record.model.ts';
import { showRecord } from '../records/record.view.ts';
import { deleteRecord, insertRecord, updateRecord } from '../records/record.writer.ts';
import type { Module } from '../schema/module.model.ts';
import type { BODIES } from './control.body.ts';
import { ControlError } from './control.error.ts';
import { moduleNamed, theRecord } from './find.ts';
import { personOf, personValues } from './person.ts';

type Body<N extends keyof typeof BODIES> = z.output<(typeof BODIES)[N]>;

const BY_PERSON = { source: 'person', workflow: true } as const;

/** A person edits the one record that matches. */
export function edit(org: Org, body: Body<'edit'>): unknown {
  const module = moduleNamed(org, body.module);
  const record = theRecord(org, { module, id: body.id, match: body.match });
  if (record.converted !== undefined) throw new ControlError(409, `the Lead ${record.id} was converted`);
  const values = personValues(org, { module, fields: body.fields, mode: 'update' });
  refuseClashes(org, { module, values, except: record.id });
  const change = updateRecord(org, { module, record, values, by: personOf(org, body.user).id });
  publish(org, { changes: [change], origin: BY_PERSON });
  return shown(org, module, [record]);
}

/** A person makes a record. */
export function create(org: Org, body: Body<'create'>): unknown {
  const module = moduleNamed(org, body.module);
  const values = personValues(org, { module, fields: body.fields, mode: 'insert' });
  refuseClashes(org, { module, values });
  const { record, change } = insertRecord(org, { module, values, by: personOf(org, body.user).id });
  publish(org, { changes: [change], origin: BY_PERSON });
  return shown(org, module, [record]);
}

/** A person puts a record into the recycle bin. */
export function remove(org: Org, body: Body<'delete'>): unknown {
  const module = moduleNamed(org, body.module);
  const record = theRecord(org, { module, id: body.id, match: body.match });
  const answer = shown(org, module, [record]);
  const change = deleteRecord(org, { module, record, by: personOf(org, body.user).id });
  publish(org, { changes: [change], origin: BY_PERSON });
  return answer;
}

/** A person takes a record out of the recycle bin; watchers hear of an edit. */
export function restore(org: Org, body: Body<'restore'>): unknown {
  const module = moduleNamed(org, body.module);
  const store = org.records.of(module);
  const binned = store.binned(body.id);
  if (binned === undefined)
    throw new ControlError(404, `the recycle bin of ${module.apiName} has no record ${body.id}`);
  refuseClashes(org, { module, values: binned.record.fields });
  const record = store.unbin(body.id);
  if (record === undefined)
    throw new ControlError(404, `the recycle bin of ${module.apiName} has no record ${body.id}`);
  const change = updateRecord(org, { module, record, values: {}, by: personOf(org, body.user).id });
  publish(org, { changes: [change], origin: BY_PERSON });
  return shown(org, module, [record]);
}

/** A person converts a Lead to a new contact and a new account, without a deal. */
export function convert(org: Org, body: Body<'convert'>): unknown {
  if (body.module !== 'Leads') throw new ControlError(400, 'only Leads can be converted');
  const module = moduleNamed(org, body.module);
  const lead = theRecord(org, { module, id: body.id, match: body.match });
  if (lead.converted !== undefined) throw new ControlError(409, `the Lead ${lead.id} was converted already`);
  const done = convertLead(org, { lead, by: personOf(org, body.user).id, overwrite: false });
  if ('clashes' in done) {
    throw new ControlError(409, 'a contact holds the same unique value', {
      fields: done.clashes.map((clash) => clash.field.apiName),
    });
  }
  publish(org, { changes: done.changes, origin: BY_PERSON });
  return {
    lead: showRecord(org, { module, record: lead }),
    contact: showRecord(org, { module: moduleNamed(org, 'Contacts'), record: done.contact }),
    account: showRecord(org, { module: moduleNamed(org, 'Accounts'), record: done.account }),
  };
}

/** A person merges records into the one that stays. */
export function merge(org: Org, body: Body<'merge'>): unknown {
  const module = moduleNamed(org, body.module);
  const [master, ...others] = [body.id, ...body.others].map((id) => theRecord(org, { module, id }));
  if (master === undefined || others.includes(master))
    throw new ControlError(400, 'a record cannot be merged into itself');
  const parts = others.map((record) => ({ record, fields: [] }));
  const changes = mergeRecords(org, { module, master, parts, by: personOf(org, body.user).id });
  publish(org, { changes, origin: BY_PERSON });
  return shown(org, module, [master]);
}

/** The notification for an unchanged record again, as often as asked for. */
export function notify(org: Org, body: Body<'notify'>): unknown {
  const module = moduleNamed(org, body.module);
  const record = theRecord(org, { module, id: body.id, match: body.match });
  const by = referenceOf(record.fields['Modified_By'])?.id ?? org.users.admin.id;
  // Every field is named, so that channels with a field condition are told too.
  const fields = Object.keys(record.fields).filter((name) => module.fields.get(name)?.readOnly === false);
  const change: Change = { module: module.apiName, operation: 'update', id: record.id, fields, by };
  for (let time = 0; time < body.times; time += 1) notifyWatchers(org, [change]);
  return { ...shown(org, module, [record]), times: body.times };
}

function refuseClashes(
  org: Org,
  given: { readonly module: Module; readonly values: Fields; readonly except?: string },
): void {
  const [clash] = findClashes(org, given);
  if (clash === undefined) return;
  throw new ControlError(409, `${clash.field.apiName} is unique and record ${clash.record.id} has that value`);
}

function shown(org: Org, module: Module, records: readonly StoredRecord[]): { records: Fields[] } {
  return { records: records.map((record) => showRecord(org, { module, record })) };
}
