import { errorBody, Refusal, type Answer } from '../../answers/answer.ts';
import { badId, invalidData, mandatoryMissing, place, tooLong } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import { publish } from '../../notifications/publish.ts';
import type { Org } from '../../org/org.ts';
import type { Change } from '../../records/change.ts';
import type { Fields } from '../../records/record.model.ts';
import { updateRecord } from '../../records/record.writer.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { bodyList, bodyObject, pathModule } from '../request.body.ts';

const MOST_RECORDS = 500;
const MOST_TAGS = 10;
const LONGEST_NAME = 25;
const PER_CREDIT = 50;

interface Tag {
  readonly name: string;
  readonly id: string;
  readonly color_code: string | null;
}

type Merge = (before: readonly Tag[], given: readonly Tag[], replace: boolean) => Tag[];

const added: Merge = (before, given, replace) => [
  ...(replace ? [] : before),
  ...given.filter((tag) => replace || before.every((one) => one.name !== tag.name)),
];

const removed: Merge = (before, given) => before.filter((tag) => given.every((one) => one.name !== tag.name));

const credits = ({ body }: Pick<ApiRequest, 'body'>): number => {
  const ids = (body as Fields | undefined)?.['ids'];
  return Array.isArray(ids) ? Math.max(1, Math.ceil(ids.length / PER_CREDIT)) : 1;
};

/** `POST /{Module}/{id}/actions/add_tags` (reference 3.4) */
export const addTagsCall = single('add_tags', added);
/** `POST /{Module}/{id}/actions/remove_tags` */
export const removeTagsCall = single('remove_tags', removed);
/** `POST /{Module}/actions/add_tags`, up to 500 records */
export const addTagsManyCall = many('add_tags', added);
/** `POST /{Module}/actions/remove_tags` */
export const removeTagsManyCall = many('remove_tags', removed);

function single(action: string, merge: Merge): Call {
  return {
    kind: `records.${action}`,
    method: 'POST',
    path: `/crm/v8/:module/:id/actions/${action}`,
    needs: onModule('UPDATE'),
    run: (request, org) => {
      const module = pathModule(request, org);
      const id = request.params['id'] ?? '';
      if (org.records.get(module.apiName, id) === undefined) throw new Refusal(400, badId({ resource_path_index: 1 }));
      return tagAll(org, { request, ids: [id], merge });
    },
  };
}

function many(action: string, merge: Merge): Call {
  return {
    kind: `records.${action}`,
    method: 'POST',
    path: `/crm/v8/:module/actions/${action}`,
    needs: onModule('UPDATE'),
    credits,
    run: (request, org) => {
      pathModule(request, org);
      const ids = bodyList(bodyObject(request), { key: 'ids', most: MOST_RECORDS });
      return tagAll(org, { request, ids, merge });
    },
  };
}

function tagAll(
  org: Org,
  given: { readonly request: ApiRequest; readonly ids: readonly unknown[]; readonly merge: Merge },
): Answer {
  const { request, ids, merge } = given;
  const module = pathModule(request, org);
  const body = bodyObject(request);
  const tags = bodyList(body, { key: 'tags', most: MOST_TAGS }).map((tag, at) => tagOf(org, tag, `$.tags[${at}]`));
  const replace = (body['over_write'] ?? request.query.get('over_write') === 'true') === true;
  const changes: Change[] = [];
  const items = ids.map((id, at): Item => {
    const record = typeof id === 'string' ? org.records.get(module.apiName, id) : undefined;
    if (record === undefined) return invalidData({ api_name: 'ids', json_path: `$.ids[${at}]` });
    const after = merge((record.fields['Tag'] ?? []) as Tag[], tags, replace);
    changes.push(updateRecord(org, { module, record, values: { Tag: after }, by: request.user.id }));
    return success('tags updated successfully', { id: record.id, tags: after });
  });
  publish(org, { changes, origin: { source: 'api', workflow: true } });
  return itemsAnswer('data', items, 200);
}

/** A tag by its name; the same name has the same id. */
function tagOf(org: Org, given: unknown, path: string): Tag {
  const name = (given as Fields | null | undefined)?.['name'];
  const where = place('name', path);
  if (typeof name !== 'string' || name.trim() === '') throw new Refusal(400, mandatoryMissing(where));
  if (name.length > LONGEST_NAME) throw new Refusal(400, tooLong(LONGEST_NAME, where));
  if (/[<>,]/.test(name)) throw new Refusal(400, errorBody('INVALID_DATA', 'invalid data', { ...where }));
  return { name: name.trim(), id: org.tagId(name.trim()), color_code: null };
}
