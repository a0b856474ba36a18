import { Refusal, type Answer } from '../../answers/answer.ts';
import { badId, invalidData, mandatoryMissing, place } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import { publish } from '../../notifications/publish.ts';
import { isId } from '../../org/id.sequence.ts';
import type { Org } from '../../org/org.ts';
import type { Change } from '../../records/change.ts';
import type { Fields, StoredRecord } from '../../records/record.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { bodyList, bodyObject, creditsByTen, heavyAboveTen, pathModule } from '../request.body.ts';
import { externalField, findExternal } from './external.id.ts';
import { updateStep } from './record.steps.ts';
import { modifiedError, recordScope, unmodifiedSince, workflowsRun, writeDetails } from './write.scope.ts';

/** `PUT /{Module}`: changes up to 100 records, each by the id (or the external id) inside it (reference 2.2). */
export const updateManyCall: Call = {
  kind: 'records.update',
  method: 'PUT',
  path: '/crm/v8/:module',
  needs: onModule('UPDATE'),
  credits: creditsByTen,
  heavy: heavyAboveTen,
  run: (request, org) => {
    const body = bodyObject(request);
    const inputs = bodyList(body, { key: 'data' });
    return updateAll(org, {
      request,
      inputs,
      body,
      find: (input, path) => recordInBody(org, { request, input, path }),
    });
  },
};

/** `PUT /{Module}/{id}` */
export const updateOneCall: Call = {
  kind: 'records.update',
  method: 'PUT',
  path: '/crm/v8/:module/:id',
  needs: onModule('UPDATE'),
  run: (request, org) => {
    const module = pathModule(request, org);
    const body = bodyObject(request);
    const inputs = bodyList(body, { key: 'data', most: 1 });
    const record = findExternal(org, { request, module, value: request.params['id'] ?? '' });
    if (record === undefined) throw new Refusal(400, badId({ resource_path_index: 1 }));
    return updateAll(org, { request, inputs, body, find: () => record });
  },
};

type Found = StoredRecord | { readonly error: Exclude<Item, { status: 'success' }> };

interface UpdateAll {
  readonly request: ApiRequest;
  readonly inputs: readonly unknown[];
  readonly body: Record<string, unknown>;
  readonly find: (input: unknown, path: string) => Found;
}

function updateAll(org: Org, given: UpdateAll): Answer {
  const { request } = given;
  const module = pathModule(request, org);
  const workflow = workflowsRun(given.body);
  const since = unmodifiedSince(request);
  const scope = recordScope(org);
  const changes: Change[] = [];
  const items = given.inputs.map((input, at): Item => {
    const path = `$.data[${at}]`;
    const record = given.find(input, path);
    if ('error' in record) return record.error;
    const late = modifiedError(org, { record, since });
    if (late !== undefined) return late;
    const step = updateStep(org, { module, record, input, path, by: request.user.id }, scope);
    if ('error' in step) return step.error;
    changes.push(...step.changes);
    return success('record updated', writeDetails(org, record));
  });
  publish(org, { changes, origin: { source: 'api', workflow } });
  const late = items.every((item) => item.code === 'ALREADY_MODIFIED');
  return late ? { status: 412, body: { data: items } } : itemsAnswer('data', items, 200);
}

function recordInBody(
  org: Org,
  given: { readonly request: ApiRequest; readonly input: unknown; readonly path: string },
): Found {
  const module = pathModule(given.request, org);
  const fields: Fields = typeof given.input === 'object' && given.input !== null ? (given.input as Fields) : {};
  const external = externalField(given.request, module);
  const where = place(external?.apiName ?? 'id', given.path);
  const key = fields[where.api_name];
  if (key === undefined || key === null) return { error: mandatoryMissing(where) };
  if (external !== undefined) {
    const found = org.records.of(module).find(external.apiName, key)?.[0];
    return found ?? { error: invalidData({ ...where }) };
  }
  const record = isId(key) ? org.records.get(module.apiName, key) : undefined;
  return record ?? { error: badId({ ...where }) };
}
