import { EMPTY, type Answer } from '../../answers/answer.ts';
import { paramMissing } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import type { Channel } from '../../notifications/channel.store.ts';
import type { Org } from '../../org/org.ts';
import type { Fields } from '../../records/record.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { pageParam } from '../records/list.params.ts';
import { bodyList, bodyObject } from '../request.body.ts';
import { channelId, checkChannel, idError } from './watch.check.ts';
import type { WatchScope } from './watch.scope.ts';
import { eventDetails, modulesOf, notSubscribed, resource, showChannel } from './watch.view.ts';

const PATH = '/crm/v8/actions/watch';
const SUBSCRIBED = 'Successfully subscribed for actions-watch of the given module';

/** `POST /actions/watch`: enables channels; one that is there is replaced (reference 7.1). */
export const enableWatchCall: Call = {
  kind: 'watch.enable',
  method: 'POST',
  path: PATH,
  needs: onArea('notifications', ['CREATE']),
  run: (request, org) => each(request, { done: 201, item: (input, path) => put(org, { input, path }) }),
};

/** `PUT /actions/watch`: replaces channels that are there, which also prolongs them. */
export const replaceWatchCall: Call = {
  kind: 'watch.replace',
  method: 'PUT',
  path: PATH,
  needs: onArea('notifications', ['UPDATE']),
  run: (request, org) =>
    each(request, {
      done: 200,
      item: (input, path) => {
        const before = existing(org, { input, path });
        return 'item' in before ? before.item : put(org, { input, path });
      },
    }),
};

/** `PATCH /actions/watch`: changes what is named, or takes events away with `_delete_events`. */
export const changeWatchCall: Call = {
  kind: 'watch.change',
  method: 'PATCH',
  path: PATH,
  needs: onArea('notifications', ['UPDATE']),
  run: (request, org) => each(request, { done: 200, item: (input, path) => change(org, { input, path }) }),
};

/** `GET /actions/watch`: live channels, one entry for each module of theirs. */
export const listWatchCall: Call = {
  kind: 'watch.list',
  method: 'GET',
  path: PATH,
  needs: onArea('notifications', ['READ']),
  run: (request, org) => {
    const page = pageParam(request, { name: 'page', instead: 1 });
    const perPage = pageParam(request, { name: 'per_page', instead: 200 });
    const id = request.query.get('channel_id');
    const module = request.query.get('module');
    const listed = org.channels
      .live()
      .filter((channel) => id === null || channel.id === id)
      .flatMap((channel) => showChannel(org, channel))
      .filter((entry) => module === null || entry['resource_name'] === module);
    const shown = listed.slice((page - 1) * perPage, page * perPage);
    if (shown.length === 0) return EMPTY;
    const info = { per_page: perPage, count: shown.length, page, more_records: listed.length > page * perPage };
    return { status: 200, body: { watch: shown, info } };
  },
};

/** `DELETE /actions/watch?channel_ids=a,b` */
export const stopWatchCall: Call = {
  kind: 'watch.stop',
  method: 'DELETE',
  path: PATH,
  needs: onArea('notifications', ['DELETE']),
  run: (request, org) => {
    const ids = (request.query.get('channel_ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0) throw paramMissing('channel_ids');
    const items = ids.flatMap((id): Item[] => {
      const channel = org.channels.get(id);
      if (channel === undefined) return [notSubscribed({ channel_id: id })];
      org.channels.remove(id);
      return modulesOf(channel).map((module) =>
        success('Successfully un-subscribed from actions-watch', resource(org, { channel, module })),
      );
    });
    return itemsAnswer('watch', items, 200);
  },
};

interface One {
  readonly input: unknown;
  readonly path: string;
}

function each(
  request: ApiRequest,
  given: { readonly done: 200 | 201; readonly item: (input: unknown, path: string) => Item },
): Answer {
  const inputs = bodyList(bodyObject(request), { key: 'watch' });
  return itemsAnswer(
    'watch',
    inputs.map((input, at) => given.item(input, `$.watch[${at}]`)),
    given.done,
  );
}

const scopeOf = (org: Org): WatchScope => ({ now: org.clock.now(), moduleBy: (given) => org.schema.moduleBy(given) });

function put(org: Org, one: One): Item {
  const checked = checkChannel(one, scopeOf(org));
  if ('error' in checked) return checked.error;
  org.channels.put(checked.channel);
  return success(SUBSCRIBED, eventDetails(org, checked.channel));
}

function change(org: Org, one: One): Item {
  const before = existing(org, one);
  if ('item' in before) return before.item;
  const input = one.input as Fields;
  const removes = input['_delete_events'] === true;
  const checked = checkChannel({ ...one, before: before.channel }, scopeOf(org));
  if ('error' in checked) return checked.error;
  if (!removes) {
    org.channels.put(checked.channel);
    return success('Successfully updated the subscribe details', eventDetails(org, checked.channel));
  }
  const gone = new Set(input['events'] === undefined ? [] : checked.channel.events.map(eventName));
  const events = before.channel.events.filter((event) => !gone.has(eventName(event)));
  if (events.length === 0) org.channels.remove(before.channel.id);
  else org.channels.put({ ...before.channel, events });
  return success('Successfully removed the subscribe details', eventDetails(org, checked.channel));
}

const eventName = (event: Channel['events'][number]): string => `${event.module}.${event.kind}`;

function existing(org: Org, { input, path }: One): { readonly channel: Channel } | { readonly item: Item } {
  const wishes = (typeof input === 'object' && input !== null ? input : {}) as Fields;
  const id = channelId(wishes);
  if (id === undefined) return { item: idError(wishes, path) };
  const channel = org.channels.get(id);
  return channel === undefined ? { item: notSubscribed({ channel_id: id }) } : { channel };
}
