import { Refusal } from '../../answers/answer.ts';
import { invalidData, place, wrongType } from '../../answers/errors.ts';
import type { Org } from '../../org/org.ts';
import { formatTime, parseAnyTime } from '../../org/zoho.time.ts';
import type { StoredRecord } from '../../records/record.model.ts';
import { errorBody, type ErrorBody } from '../../answers/answer.ts';
import { minifiedUser } from '../../org/user.store.ts';
import { referenceOf } from '../../records/record.model.ts';
import type { RecordScope } from '../../validate/check.types.ts';
import { header, type ApiRequest } from '../call.ts';

const TRIGGERS = ['workflow', 'approval', 'blueprint', 'pathfinder', 'orchestration'];

/** What record checks ask about this organisation. */
export function recordScope(org: Org, changed: Partial<RecordScope> = {}): RecordScope {
  return {
    exists: (module, id) =>
      module === 'users' ? org.users.get(id) !== undefined : org.records.get(module, id) !== undefined,
    newValues: org.settings.newPicklistValues,
    unknownFields: org.settings.unknownFields,
    moduleBy: (given) => org.schema.moduleBy(given),
    newId: () => org.ids.next(),
    ...changed,
  };
}

/** Whether workflows may run: all do when `trigger` is absent, none when it is empty (reference 2.1). */
export function workflowsRun(body: Record<string, unknown>): boolean {
  const given = body['trigger'];
  if (given === undefined || given === null) return true;
  const where = place('trigger', '$');
  if (!Array.isArray(given)) throw new Refusal(400, wrongType('jsonarray', where));
  const unknown = given.find((name) => !TRIGGERS.includes(name as string));
  if (unknown !== undefined) throw new Refusal(400, invalidData({ supported_values: TRIGGERS, ...where }));
  return given.includes('workflow');
}

/** The details of a successful write. */
export function writeDetails(org: Org, record: StoredRecord): Record<string, unknown> {
  const user = (name: string): unknown => {
    const found = org.users.get(referenceOf(record.fields[name])?.id ?? '');
    return found === undefined ? null : minifiedUser(found);
  };
  return {
    Modified_Time: record.fields['Modified_Time'],
    Modified_By: user('Modified_By'),
    Created_Time: record.fields['Created_Time'],
    id: record.id,
    Created_By: user('Created_By'),
    // Notes are never held back for approval.
    ...(record.module === 'Notes' ? {} : { $approval_state: 'approved' }),
  };
}

/** `If-Unmodified-Since` of a write: milliseconds, or undefined without the header. */
export function unmodifiedSince(request: ApiRequest): number | undefined {
  const text = header(request, 'if-unmodified-since');
  if (text === undefined) return undefined;
  const at = parseAnyTime(text);
  if (at === undefined) throw new Refusal(400, invalidData({ header: 'If-Unmodified-Since' }));
  return at;
}

/** 412 for a record that was changed later than the writer knows; times count in whole seconds. */
export function modifiedError(
  org: Org,
  given: { readonly record: StoredRecord; readonly since: number | undefined },
): ErrorBody | undefined {
  const { record, since } = given;
  if (since === undefined || Math.floor(record.modifiedAt / 1000) <= Math.floor(since / 1000)) return undefined;
  return errorBody('ALREADY_MODIFIED', 'Record updated time has already passed if-unmodified-since time', {
    ...writeDetails(org, record),
    Modified_Time: formatTime(record.modifiedAt),
  });
}
