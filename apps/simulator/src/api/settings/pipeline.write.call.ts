import { errorBody, Refusal, type ErrorBody } from '../../answers/answer.ts';
import { invalidData, mandatoryMissing, place, wrongType } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import type { Org } from '../../org/org.ts';
import type { Fields } from '../../records/record.model.ts';
import { makeValue } from '../../schema/field.maker.ts';
import type { Pipeline } from '../../schema/pipeline.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { bodyList, bodyObject } from '../request.body.ts';
import { paramLayout } from './pipeline.call.ts';
import { readStages } from './pipeline.stages.ts';

/** The documentation has one pipeline in each body. */
const MOST_PIPELINES = 1;

/** `POST /settings/pipeline?layout_id=`: a pipeline of stages that the picklist Stage has already. */
export const createPipelineCall: Call = {
  kind: 'settings.pipeline.create',
  method: 'POST',
  path: '/crm/v8/settings/pipeline',
  needs: onArea('settings', ['CREATE'], 'pipeline'),
  run: (request, org) => {
    const module = paramLayout(request, org);
    const inputs = bodyList(bodyObject(request), { key: 'pipeline', most: MOST_PIPELINES });
    const items = inputs.map((input, at) => create(org, { module, input, path: `$.pipeline[${at}]` }));
    return itemsAnswer('pipeline', items, 201);
  },
};

/** `PUT /settings/pipeline?layout_id=`: of pipelines named by id, the stages that are given are added, moved or taken out. */
export const updatePipelinesCall: Call = {
  kind: 'settings.pipeline.update',
  method: 'PUT',
  path: '/crm/v8/settings/pipeline',
  needs: onArea('settings', ['UPDATE'], 'pipeline'),
  run: (request, org) => {
    const module = paramLayout(request, org);
    const inputs = bodyList(bodyObject(request), { key: 'pipeline', most: MOST_PIPELINES });
    const items = inputs.map((input, at) => update(org, { module, input, path: `$.pipeline[${at}]` }));
    // 201 for a change too, as Zoho's description has it; the call with an id in its path says 200.
    return itemsAnswer('pipeline', items, 201);
  },
};

/** `PUT /settings/pipeline/{id}?layout_id=` */
export const updatePipelineCall: Call = {
  kind: 'settings.pipeline.update',
  method: 'PUT',
  path: '/crm/v8/settings/pipeline/:id',
  needs: onArea('settings', ['UPDATE'], 'pipeline'),
  run: (request, org) => {
    const module = paramLayout(request, org);
    const { id = '' } = request.params;
    if (!module.pipelines.has(id)) throw new Refusal(400, invalidData({ resource_path_index: 3 }));
    const [input] = bodyList(bodyObject(request), { key: 'pipeline', most: 1 });
    const named = isObject(input) ? { ...input, id } : input;
    return itemsAnswer('pipeline', [update(org, { module, input: named, path: '$.pipeline[0]' })], 200);
  },
};

interface Given {
  readonly module: Module;
  readonly input: unknown;
  readonly path: string;
}

function create(org: Org, { module, input, path }: Given): Item {
  if (!isObject(input)) return wrongType('jsonobject', { api_name: 'pipeline', json_path: path });
  if (input['display_value'] === undefined) return mandatoryMissing(place('display_value', path));
  const name = nameOf(module, { input, path });
  if (typeof name !== 'string') return name;
  if (input['maps'] === undefined) return mandatoryMissing(place('maps', path));
  const stages = readStages(module, { maps: input['maps'], path, there: [] });
  if (!Array.isArray(stages)) return stages;
  nameInPicklist(org, { module, name, before: undefined });
  return put(org, { module, pipeline: { id: org.ids.next(), name, default: input['default'] === true, stages } });
}

function update(org: Org, { module, input, path }: Given): Item {
  if (!isObject(input)) return wrongType('jsonobject', { api_name: 'pipeline', json_path: path });
  if (input['id'] === undefined) return mandatoryMissing(place('id', path));
  const before = typeof input['id'] === 'string' ? module.pipelines.get(input['id']) : undefined;
  if (before === undefined) return invalidData({ ...place('id', path) });
  const name = input['display_value'] === undefined ? before.name : nameOf(module, { input, path, before });
  if (typeof name !== 'string') return name;
  const stages =
    input['maps'] === undefined
      ? [...before.stages]
      : readStages(module, { maps: input['maps'], path, there: before.stages });
  if (!Array.isArray(stages)) return stages;
  nameInPicklist(org, { module, name, before: before.name });
  return put(org, {
    module,
    pipeline: { ...before, name, default: before.default || input['default'] === true, stages },
  });
}

/** The name that is wished for, unless another pipeline has it. */
function nameOf(
  module: Module,
  given: { readonly input: Fields; readonly path: string; readonly before?: Pipeline },
): string | ErrorBody {
  const where = place('display_value', given.path);
  const name = given.input['display_value'];
  if (typeof name !== 'string' || name.trim() === '') return wrongType('string', where);
  const other = [...module.pipelines.values()].find((pipeline) => pipeline.name === name && pipeline !== given.before);
  return other === undefined ? name : errorBody('DUPLICATE_DATA', 'duplicate data', { ...where });
}

/** The field Pipeline has the pipelines' names for values. */
function nameInPicklist(
  org: Org,
  given: { readonly module: Module; readonly name: string; readonly before: string | undefined },
): void {
  const { module, name, before } = given;
  const field = module.fields.get('Pipeline');
  if (field?.values === undefined || name === before) return;
  const known = field.values.find(({ actual }) => actual === before);
  const values =
    known === undefined
      ? [...field.values, makeValue({ value: name, at: field.values.length }, org.ids)]
      : field.values.map((value) => (value === known ? { ...value, display: name, actual: name } : value));
  org.schema.put(module, { ...field, values });
}

/** One pipeline is the default: a new one takes that from the others. */
function put(org: Org, { module, pipeline }: { readonly module: Module; readonly pipeline: Pipeline }): Item {
  const others = [...module.pipelines.values()].filter((one) => one.default && one.id !== pipeline.id);
  if (pipeline.default) for (const other of others) org.schema.putPipeline(module, { ...other, default: false });
  const isNew = !module.pipelines.has(pipeline.id);
  org.schema.putPipeline(module, pipeline);
  return success(isNew ? 'pipeline created' : 'pipeline updated', { id: pipeline.id });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
