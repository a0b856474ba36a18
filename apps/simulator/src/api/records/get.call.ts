import { EMPTY, NOT_MODIFIED } from '../../answers/answer.ts';
import { showAttributes, showRecord } from '../../records/record.view.ts';
import type { Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { pathModule } from '../request.body.ts';
import { findExternal } from './external.id.ts';
import { fieldsParam, ifModifiedSince } from './list.params.ts';

/** `GET /{Module}/{id}`: every field, or those named. Unknown, deleted and converted: 204 (reference 2.4). */
export const getCall: Call = {
  kind: 'records.get',
  method: 'GET',
  path: '/crm/v8/:module/:id',
  needs: onModule('READ'),
  run: (request, org) => {
    const module = pathModule(request, org);
    const record = findExternal(org, { request, module, value: request.params['id'] ?? '' });
    const converted = request.query.get('converted') ?? 'false';
    if (record === undefined || (record.converted !== undefined && converted === 'false')) return EMPTY;
    const since = ifModifiedSince(request);
    if (since !== undefined && record.modifiedAt <= since) return NOT_MODIFIED;
    const fields = fieldsParam(request);
    const shown = showRecord(org, { module, record, ...(fields === undefined ? {} : { fields }) });
    return {
      status: 200,
      body: { data: [fields === undefined ? { ...shown, ...showAttributes(org, record) } : shown] },
    };
  },
};
