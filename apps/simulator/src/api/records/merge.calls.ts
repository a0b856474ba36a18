import { EMPTY, errorBody, Refusal } from '../../answers/answer.ts';
import { badParam, invalidData, mandatoryMissing, place } from '../../answers/errors.ts';
import { mergeRecords, type MergePart } from '../../merge/record.merger.ts';
import { publish } from '../../notifications/publish.ts';
import { isId } from '../../org/id.sequence.ts';
import type { Org } from '../../org/org.ts';
import { referenceOf, type Fields, type StoredRecord } from '../../records/record.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { bodyList, bodyObject, pathModule } from '../request.body.ts';

const KIND = 'merge';
const PATH = '/crm/v8/:module/:id/actions/merge';
/** Records that one merge may take in beside the one that stays. */
const MOST = 2;

/** `POST /{Module}/{id}/actions/merge`: at once, or as a job while the records are locked. */
export const mergeCall: Call = {
  kind: 'records.merge',
  method: 'POST',
  path: PATH,
  needs: onModule('UPDATE'),
  run: (request, org) => {
    const module = pathModule(request, org);
    const master = pathRecord(request, module, org);
    const [given] = bodyList(bodyObject(request), { key: 'merge', most: 1 });
    const parts = partsOf(org, { wishes: (given ?? {}) as Fields, module, master });
    const by = request.user.id;
    const delayMs = org.settings.mergeDelayMs;
    const run = (): void => {
      const changes = mergeRecords(org, { module, master, parts, by });
      publish(org, { changes, origin: { source: 'api', workflow: true } });
    };
    if (delayMs === 0) {
      run();
      const details = { id: master.id };
      const item = { code: 'SUCCESS', details, message: 'The records are merged successfully', status: 'success' };
      return { status: 201, body: { merge: [item] } };
    }
    for (const record of [master, ...parts.map((part) => part.record)]) record.locked = true;
    const job = org.jobs.add({
      kind: KIND,
      by,
      delayMs,
      about: { master: master.id, ids: parts.map(({ record }) => record.id) },
      run,
    });
    const details = { id: master.id, job_id: job.id };
    const item = { code: 'SCHEDULED', details, message: 'The merge is scheduled successfully', status: 'success' };
    return { status: 201, body: { merge: [item] } };
  },
};

/** `GET /{Module}/{id}/actions/merge?job_id=` */
export const mergeJobCall: Call = {
  kind: 'records.merge.job',
  method: 'GET',
  path: PATH,
  needs: onModule('READ'),
  run: (request, org) => {
    pathModule(request, org);
    const id = request.query.get('job_id') ?? '';
    if (!isId(id)) throw badParam('job_id');
    const job = org.jobs.get(KIND, id);
    if (job === undefined) return EMPTY;
    const { ids } = job.about as { readonly ids: readonly string[] };
    const shown = {
      job_id: job.id,
      status: org.jobs.state(job),
      data: ids.map((one) => ({ id: one })),
      master_record_fields: [],
    };
    return { status: 200, body: { merge: [shown] } };
  },
};

function pathRecord(request: ApiRequest, module: Module, org: Org): StoredRecord {
  const record = org.records.get(module.apiName, request.params['id'] ?? '');
  if (record !== undefined && record.converted === undefined) return record;
  throw new Refusal(400, invalidData({ resource_path_index: 1 }));
}

function partsOf(
  org: Org,
  given: { readonly wishes: Fields; readonly module: Module; readonly master: StoredRecord },
): MergePart[] {
  const { wishes, module, master } = given;
  const where = place('data', '$.merge[0]');
  const data = wishes['data'];
  if (!Array.isArray(data) || data.length === 0) throw new Refusal(400, mandatoryMissing(where));
  if (data.length > MOST) {
    throw new Refusal(400, { ...invalidData({ maximum_length: MOST, ...where }) });
  }
  const seen = new Set([master.id]);
  return data.map((entry: unknown, at): MergePart => {
    const path = `${where.json_path}[${at}]`;
    const id = referenceOf(entry)?.id;
    const record = id === undefined ? undefined : org.records.get(module.apiName, id);
    if (record === undefined || record.converted !== undefined)
      throw new Refusal(400, invalidData({ ...place('id', path) }));
    if (seen.has(record.id))
      throw new Refusal(400, errorBody('DUPLICATE_DATA', 'duplicate data', { ...place('id', path) }));
    seen.add(record.id);
    const fields = (entry as Fields)['_fields'];
    const names = Array.isArray(fields) ? fields.map((field) => (field as Fields | null)?.['api_name']) : [];
    const wrong = names.findIndex((name) => module.fields.get(String(name))?.readOnly !== false);
    if (wrong >= 0) throw new Refusal(400, invalidData({ ...place('api_name', `${path}._fields[${wrong}]`) }));
    return { record, fields: names as string[] };
  });
}
