import type { ErrorBody } from '../../answers/answer.ts';
import { invalidData, mandatoryMissing, place, tooLong, wrongType } from '../../answers/errors.ts';
import type { Channel, EventKind } from '../../notifications/channel.store.ts';
import { parseTime } from '../../org/zoho.time.ts';
import type { Fields } from '../../records/record.model.ts';
import { checkConditions } from './watch.condition.ts';
import type { WatchScope } from './watch.scope.ts';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const TOKEN_LENGTH = 50;
const KINDS: ReadonlySet<string> = new Set(['create', 'edit', 'delete', 'all']);

export type CheckedChannel = { readonly channel: Channel } | { readonly error: ErrorBody };

/** One channel of a watch call; for a partial change `before` fills what the input leaves out (reference 7.1). */
export function checkChannel(
  given: { readonly input: unknown; readonly path: string; readonly before?: Channel },
  scope: WatchScope,
): CheckedChannel {
  const { input, path, before } = given;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { error: wrongType('jsonobject', { api_name: 'watch', json_path: path }) };
  }
  const wishes = input as Fields;
  const id = channelId(wishes);
  if (id === undefined) return { error: idError(wishes, path) };
  const events = wishes['events'] === undefined ? before?.events : eventsOf({ wishes, path }, scope);
  if (events === undefined) return { error: mandatoryMissing(place('events', path)) };
  if ('error' in events) return events;
  const url = wishes['notify_url'] === undefined ? before?.notifyUrl : wishes['notify_url'];
  if (url === undefined || url === null) return { error: mandatoryMissing(place('notify_url', path)) };
  if (!isHttpUrl(url)) return { error: invalidData({ ...place('notify_url', path) }) };
  const token = wishes['token'] === undefined ? (before?.token ?? null) : wishes['token'];
  if (token !== null && typeof token !== 'string') return { error: wrongType('text', place('token', path)) };
  if (token !== null && token.length > TOKEN_LENGTH) return { error: tooLong(TOKEN_LENGTH, place('token', path)) };
  const expiresAt = expiry({ wishes, path, before }, scope);
  if (typeof expiresAt === 'object') return expiresAt;
  const flags = flagsOf({ wishes, path, before });
  if ('error' in flags) return flags;
  const conditions = checkConditions({ wishes, path, before }, scope);
  if ('error' in conditions) return conditions;
  return { channel: { id, events, notifyUrl: url, token, expiresAt, ...flags, ...conditions } };
}

/** The channel's id as text; it may come as a number or as digits. */
export function channelId(wishes: Fields): string | undefined {
  const value = wishes['channel_id'];
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /^\d{1,19}$/.test(text) ? text : undefined;
}

export function idError(wishes: Fields, path: string): ErrorBody {
  const where = place('channel_id', path);
  const missing = wishes['channel_id'] === undefined || wishes['channel_id'] === null;
  return missing ? mandatoryMissing(where) : wrongType('long', where);
}

type About = { readonly wishes: Fields; readonly path: string; readonly before?: Channel | undefined };

function eventsOf({ wishes, path }: About, scope: WatchScope): Channel['events'] | { readonly error: ErrorBody } {
  const given = wishes['events'];
  const where = place('events', path);
  if (!Array.isArray(given)) return { error: wrongType('jsonarray', where) };
  if (given.length === 0) return { error: invalidData({ ...where }) };
  const events: { module: string; kind: EventKind }[] = [];
  for (const [at, event] of given.entries()) {
    const [name, kind = '', more] = typeof event === 'string' ? event.split('.') : [];
    const module = scope.moduleBy({ api_name: name });
    const users = name === 'users' && kind === 'all';
    if (more !== undefined || (!users && (module?.watchable !== true || !KINDS.has(kind)))) {
      return { error: invalidData({ api_name: 'events', json_path: `${where.json_path}[${at}]` }) };
    }
    events.push({ module: name ?? '', kind: kind as EventKind });
  }
  return events;
}

/** Absent, or more than a week ahead: one hour. What lies in the past is refused. */
function expiry({ wishes, path, before }: About, { now }: WatchScope): number | { readonly error: ErrorBody } {
  const given = wishes['channel_expiry'];
  if (given === undefined && before !== undefined) return before.expiresAt;
  if (given === undefined || given === null) return now + HOUR;
  const at = parseTime(given);
  const where = place('channel_expiry', path);
  if (at === undefined) return { error: wrongType('datetime', where) };
  if (at <= now) return { error: invalidData({ ...where }) };
  return at > now + WEEK ? now + HOUR : at;
}

type Flags = Pick<Channel, 'affectedValues' | 'relatedAction'>;

function flagsOf({ wishes, path, before }: About): Flags | { readonly error: ErrorBody } {
  for (const name of ['return_affected_field_values', 'notify_on_related_action']) {
    const value = wishes[name];
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      return { error: wrongType('boolean', place(name, path)) };
  }
  return {
    affectedValues: (wishes['return_affected_field_values'] ?? before?.affectedValues ?? false) === true,
    relatedAction: (wishes['notify_on_related_action'] ?? before?.relatedAction ?? true) === true,
  };
}

function isHttpUrl(url: unknown): url is string {
  return typeof url === 'string' && URL.canParse(url) && /^https?:/.test(url);
}
