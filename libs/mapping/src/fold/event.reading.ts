import type { CausewayEvent, JsonObject } from '#contracts';
import type { z } from 'zod';
import { instantOf } from '../values/instant.value.ts';
import { isMissing } from '../values/missing.value.ts';
import type { FoldEvent, Mapping } from './mapping.types.ts';
import { settleUnusable, type NotedProblem } from './parsed.data.ts';
import { SetAside } from './said.ts';

export interface ReadEvent {
  readonly event: FoldEvent<object>;
  readonly problems: readonly NotedProblem[];
}

type Reader = Pick<Mapping, 'events' | 'aggregateId'>;

/** The event as the fold sees it, or why it cannot be used at all (packs/README.md section 2, "set aside"). */
export function readEvent(mapping: Reader, event: CausewayEvent): ReadEvent | SetAside {
  const versions = Object.hasOwn(mapping.events, event.type) ? mapping.events[event.type] : undefined;
  if (versions === undefined) return new SetAside('unknown_event', 'type');
  const schema = Object.hasOwn(versions, event.version) ? versions[event.version] : undefined;
  if (schema === undefined) return new SetAside('unknown_event', 'version');
  const subject = mapping.aggregateId(event.subject);
  if (subject.is === 'missing') return new SetAside('missing_value', 'aggregate_id');
  if (subject.is === 'invalid') return new SetAside(subject.code, 'aggregate_id');
  const time = instantOf(event.time);
  if (time === null) return new SetAside('invalid_value', 'occurred_at');
  const parsed = schema.safeParse(event.data);
  if (!parsed.success) return unusable(parsed.error, event.data);
  const problems = settleUnusable(parsed.data);
  const { id, source, type, version, tenantId, key, origin } = event;
  const envelope = { id, source, type, subject: event.subject, time, version, tenantId, key, origin };
  return { event: { ...envelope, data: parsed.data }, problems };
}

/** The first thing that the schema said, in our words. */
function unusable(error: z.ZodError, data: JsonObject): SetAside {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'payload' : path.join('.');
  const code: unknown = issue?.code === 'custom' ? issue.params?.['code'] : undefined;
  if (typeof code === 'string') return new SetAside(code, field);
  return new SetAside(isMissing(valueAt(data, path)) ? 'missing_value' : 'invalid_value', field);
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value: unknown, name) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return inside ? (value as Record<PropertyKey, unknown>)[name] : undefined;
  }, data);
}
