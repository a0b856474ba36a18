import { EMPTY } from '../../answers/answer.ts';
import { formatTime, ZONE } from '../../org/zoho.time.ts';
import type { User } from '../../org/user.store.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { choiceParam, pageParam } from '../records/list.params.ts';

const TYPES = [
  'AllUsers',
  'ActiveUsers',
  'DeactiveUsers',
  'ConfirmedUsers',
  'NotConfirmedUsers',
  'DeletedUsers',
  'ActiveConfirmedUsers',
  'AdminUsers',
  'ActiveConfirmedAdmins',
  'CurrentUser',
] as const;
const NOBODY = new Set<string>(['DeactiveUsers', 'NotConfirmedUsers', 'DeletedUsers']);
const ADMINS = new Set<string>(['AdminUsers', 'ActiveConfirmedAdmins']);

/** `GET /users?type=` (reference 8); everybody is active and confirmed. */
export const usersCall: Call = {
  kind: 'users',
  method: 'GET',
  path: '/crm/v8/users',
  needs: onArea('users', ['READ']),
  run: (request, org) => {
    const type = choiceParam(request, { name: 'type', values: TYPES, instead: 'AllUsers' });
    const page = pageParam(request, { name: 'page', instead: 1 });
    const perPage = pageParam(request, { name: 'per_page', instead: 200 });
    const listed = org.users.all().filter((user) => {
      if (type === 'CurrentUser') return user.id === request.user.id;
      return !NOBODY.has(type) && (!ADMINS.has(type) || user.id === org.users.admin.id);
    });
    const shown = listed.slice((page - 1) * perPage, page * perPage);
    if (shown.length === 0) return EMPTY;
    const info = { per_page: perPage, count: shown.length, page, more_records: listed.length > page * perPage };
    return { status: 200, body: { users: shown.map((user) => show(user, user.id === org.users.admin.id)), info } };
  },
};

/** `GET /users/{id}` */
export const userCall: Call = {
  kind: 'users',
  method: 'GET',
  path: '/crm/v8/users/:id',
  needs: onArea('users', ['READ']),
  run: (request, org) => {
    const user = org.users.get(request.params['id'] ?? '');
    return user === undefined ? EMPTY : { status: 200, body: { users: [show(user, user.id === org.users.admin.id)] } };
  },
};

function show(user: User, admin: boolean): Record<string, unknown> {
  const [first = '', ...rest] = user.name.split(' ');
  return {
    id: user.id,
    zuid: user.zuid,
    full_name: user.name,
    first_name: rest.length === 0 ? null : first,
    last_name: rest.length === 0 ? user.name : rest.join(' '),
    email: user.email,
    status: 'active',
    confirm: true,
    role: { name: admin ? 'CEO' : 'Manager', id: `${user.id.slice(0, -2)}01` },
    profile: { name: admin ? 'Administrator' : 'Standard', id: `${user.id.slice(0, -2)}02` },
    time_zone: ZONE.name,
    offset: ZONE.milliseconds,
    created_time: formatTime(0),
  };
}
