import { EMPTY, NOT_MODIFIED } from '../../answers/answer.ts';
import { minifiedUser } from '../../org/user.store.ts';
import type { Org } from '../../org/org.ts';
import { formatTime } from '../../org/zoho.time.ts';
import { referenceOf, type DeletedRecord } from '../../records/record.model.ts';
import { displayName } from '../../records/record.view.ts';
import type { Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { pathModule } from '../request.body.ts';
import { choiceParam, ifModifiedSince, pageParam } from './list.params.ts';

const DAY = 86_400_000;
const BIN_DAYS = 60;
const LISTED_DAYS = 120;

/** `GET /{Module}/deleted`: 60 days in the bin, then 60 more as gone for good (reference 2.7). */
export const deletedCall: Call = {
  kind: 'records.deleted',
  method: 'GET',
  path: '/crm/v8/:module/deleted',
  needs: onModule('READ'),
  credits: () => 2,
  run: (request, org) => {
    const module = pathModule(request, org);
    const type = choiceParam(request, { name: 'type', values: ['all', 'recycle', 'permanent'], instead: 'all' });
    const page = pageParam(request, { name: 'page', instead: 1 });
    const perPage = pageParam(request, { name: 'per_page', instead: 200 });
    const since = ifModifiedSince(request);
    const listed = [...org.records.of(module).deleted()]
      .filter((entry) => org.clock.now() - entry.deletedAt < LISTED_DAYS * DAY)
      .filter((entry) => type === 'all' || type === kindOf(org, entry))
      .filter((entry) => since === undefined || entry.deletedAt > since)
      .sort((a, b) => b.deletedAt - a.deletedAt);
    const shown = listed.slice((page - 1) * perPage, page * perPage);
    if (shown.length === 0) return since === undefined ? EMPTY : NOT_MODIFIED;
    const info = { per_page: perPage, count: shown.length, page, more_records: listed.length > page * perPage };
    return { status: 200, body: { data: shown.map((entry) => show(org, entry)), info } };
  },
};

function kindOf(org: Org, entry: DeletedRecord): 'recycle' | 'permanent' {
  return org.clock.now() - entry.deletedAt < BIN_DAYS * DAY ? 'recycle' : 'permanent';
}

function show(org: Org, entry: DeletedRecord): Record<string, unknown> {
  const type = kindOf(org, entry);
  const user = (id: string | undefined): unknown => {
    const found = org.users.get(id ?? '');
    return found === undefined || type === 'permanent' ? null : minifiedUser(found);
  };
  return {
    deleted_by: user(entry.deletedBy),
    id: entry.record.id,
    display_name: type === 'permanent' ? null : displayName(org, entry.record),
    type,
    created_by: user(referenceOf(entry.record.fields['Created_By'])?.id),
    deleted_time: formatTime(entry.deletedAt),
  };
}
