import { Refusal, type Answer } from '../../answers/answer.ts';
import { invalidData, paramMissing } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import { publish } from '../../notifications/publish.ts';
import { isId } from '../../org/id.sequence.ts';
import type { Org } from '../../org/org.ts';
import type { Change } from '../../records/change.ts';
import { deleteRecord } from '../../records/record.writer.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { pathModule } from '../request.body.ts';
import { externalField, findExternal, idsParam } from './external.id.ts';

const NOT_DELETED = 'record not deleted';

/** `DELETE /{Module}/{id}` (reference 2.7) */
export const deleteOneCall: Call = {
  kind: 'records.delete',
  method: 'DELETE',
  path: '/crm/v8/:module/:id',
  needs: onModule('DELETE'),
  run: (request, org) => {
    const failed = invalidData({ resource_path_index: 1 }, NOT_DELETED);
    return deleteAll(org, { request, keys: [request.params['id'] ?? ''], failure: () => failed });
  },
};

/** `DELETE /{Module}?ids=a,b`, up to 100 */
export const deleteManyCall: Call = {
  kind: 'records.delete',
  method: 'DELETE',
  path: '/crm/v8/:module',
  needs: onModule('DELETE'),
  run: (request, org) => {
    pathModule(request, org);
    const keys = idsParam(request);
    if (keys.length === 0) throw paramMissing('ids');
    return deleteAll(org, { request, keys, failure: (id) => invalidData({ id }, NOT_DELETED) });
  },
};

interface DeleteAll {
  readonly request: ApiRequest;
  readonly keys: readonly string[];
  readonly failure: (key: string) => Item;
}

function deleteAll(org: Org, { request, keys, failure }: DeleteAll): Answer {
  const module = pathModule(request, org);
  const trigger = request.query.get('wf_trigger') ?? 'true';
  if (trigger !== 'true' && trigger !== 'false') throw new Refusal(400, invalidData({ param_name: 'wf_trigger' }));
  const external = externalField(request, module) !== undefined;
  const changes: Change[] = [];
  const items = keys.map((key): Item => {
    const record = external || isId(key) ? findExternal(org, { request, module, value: key }) : undefined;
    if (record === undefined || record.converted !== undefined) return failure(key);
    changes.push(deleteRecord(org, { module, record, by: request.user.id }));
    return success('record deleted', { id: record.id });
  });
  publish(org, { changes, origin: { source: 'api', workflow: trigger === 'true' } });
  return itemsAnswer('data', items, 200);
}
