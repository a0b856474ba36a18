import { Refusal, type ErrorBody } from '../../answers/answer.ts';
import { invalidData, unsupportedModule, wrongType } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import { publish } from '../../notifications/publish.ts';
import type { Org } from '../../org/org.ts';
import type { Change } from '../../records/change.ts';
import type { Module } from '../../schema/module.model.ts';
import type { RecordScope } from '../../validate/check.types.ts';
import type { Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { bodyList, bodyObject, creditsByTen, heavyAboveTen, pathModule } from '../request.body.ts';
import { insertStep, updateStep, type Step } from './record.steps.ts';
import { comparedFields, findMatch } from './upsert.match.ts';
import { modifiedError, recordScope, unmodifiedSince, workflowsRun, writeDetails } from './write.scope.ts';

/** `POST /{Module}/upsert`: changes the record that a compared field finds, or makes one (reference 2.3). */
export const upsertCall: Call = {
  kind: 'records.upsert',
  method: 'POST',
  path: '/crm/v8/:module/upsert',
  needs: onModule('CREATE'),
  credits: creditsByTen,
  heavy: heavyAboveTen,
  run: (request, org) => {
    const module = pathModule(request, org);
    if (!module.upsertable) throw unsupportedModule();
    const body = bodyObject(request);
    const inputs = bodyList(body, { key: 'data' });
    const compared = comparedFields(module, listed(body));
    const workflow = workflowsRun(body);
    const about = { module, compared, by: request.user.id, since: unmodifiedSince(request) };
    const scope = recordScope(org);
    const changes: Change[] = [];
    const items = inputs.map((input, at): Item => {
      const { item, changes: made } = upsertOne(org, { ...about, input, path: `$.data[${at}]` }, scope);
      changes.push(...made);
      return item;
    });
    publish(org, { changes, origin: { source: 'api', workflow } });
    return itemsAnswer('data', items, 200);
  },
};

interface One {
  readonly module: Module;
  readonly compared: readonly string[];
  readonly by: string;
  readonly since: number | undefined;
  readonly input: unknown;
  readonly path: string;
}

function upsertOne(
  org: Org,
  one: One,
  scope: RecordScope,
): { readonly item: Item; readonly changes: readonly Change[] } {
  const failed = (item: ErrorBody) => ({ item, changes: [] });
  const match = findMatch(org, one);
  if (match !== undefined && 'error' in match) return failed(match.error);
  const late = match === undefined ? undefined : modifiedError(org, { record: match.record, since: one.since });
  if (late !== undefined) return failed(late);
  const step: Step =
    match === undefined ? insertStep(org, one, scope) : updateStep(org, { ...one, record: match.record }, scope);
  if ('error' in step) return failed(step.error);
  const done = match === undefined ? 'insert' : 'update';
  const item = {
    ...success(done === 'insert' ? 'record added' : 'record updated', writeDetails(org, step.record)),
    duplicate_field: match?.field ?? null,
    action: done,
  };
  return { item, changes: step.changes };
}

function listed(body: Record<string, unknown>): readonly string[] {
  const given = body['duplicate_check_fields'];
  const where = { api_name: 'duplicate_check_fields', json_path: '$.duplicate_check_fields' };
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw new Refusal(400, wrongType('jsonarray', where));
  for (const [at, name] of given.entries()) {
    if (typeof name !== 'string')
      throw new Refusal(400, invalidData({ ...where, json_path: `${where.json_path}[${at}]` }));
  }
  return given as string[];
}
