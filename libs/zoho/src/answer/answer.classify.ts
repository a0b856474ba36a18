import type { z } from 'zod';
import type { Json } from '#contracts';
import { throttled, unavailable, unknown } from '../failure.make.ts';
import type { Exchange } from '../http/exchange.types.ts';
import type { Failure, WriteOutcome } from '../outcome.types.ts';
import { readBody } from './answer.body.ts';
import { classifyError, isTokenRefusal, type Effect } from './error.classify.ts';
import {
  callErrorOf,
  errorItemSchema,
  itemsOf,
  successItemSchema,
  type SuccessItem,
  type Wrapper,
} from './zoho.items.ts';

/** What came of a call before its answer is read: an HTTP exchange, or the reason why there was none. */
export type Reply = Exchange | Failure;

/** How the items of a write's answer are to be read. */
export interface WriteShape {
  readonly wrapper: Wrapper;
  /** How many records went out; the answer has one item for each, in the same order (reference 0.2). */
  readonly count: number;
  /** The record ids that were written to; an accepted item has to name the same one. */
  readonly ids?: readonly string[];
}

/**
 * What became of each record of a write, in input order. A success is told only by a whole, well-formed 2xx answer
 * whose item says so; whatever else came back after the request left is `unknown`, or what Zoho's own code says.
 */
export function classifyWrite(reply: Reply, shape: WriteShape): WriteOutcome[] {
  const whole = (failure: Failure): WriteOutcome[] => Array.from({ length: shape.count }, () => failure);
  const opened = openAnswer(reply, 'write');
  if (opened.kind !== 'json') return whole(opened.kind === 'empty' ? unreadable('write', opened.status) : opened);
  const { value, status } = opened;
  const items = itemsOf(value, shape.wrapper);
  if (items !== null && items.length === shape.count) {
    return items.map((item, index) => classifyItem(item, { status, id: shape.ids?.[index] }));
  }
  const error = callErrorOf(value);
  // An array of another length cannot be laid beside the input; only a refusal of the whole call may look like that.
  if (error === null || (items !== null && status < 400)) return whole(unreadable('write', status));
  return whole(classifyError(error, { effect: 'write', concerns: 'call' }));
}

function classifyItem(item: unknown, context: { status: number; id: string | undefined }): WriteOutcome {
  const error = errorItemSchema.safeParse(item);
  if (error.success) return classifyError(error.data, { effect: 'write', concerns: 'record' });
  const success = successItemSchema.safeParse(item);
  const { id, status } = context;
  if (!success.success || status >= 400) return unreadable('write', status);
  const { details } = success.data;
  if (id !== undefined && details.id !== id) return unreadable('write', status);
  return {
    kind: 'succeeded',
    recordId: details.id,
    created: isCreated(success.data),
    modifiedAt: details.Modified_Time ?? null,
  };
}

/** Upserts say it in `action`; other writes only in their message (references 2.1, 2.3). */
function isCreated({ action, message }: SuccessItem): boolean {
  if (action !== undefined) return action === 'insert';
  return message === 'record added' || message === 'field created' || message === 'pipeline created';
}

/** What a read brought: `body` is null for an empty answer (204) and for "not modified" (304). */
export function classifyRead<T>(
  reply: Reply,
  schema: z.ZodType<T>,
): { readonly kind: 'ok'; readonly body: T | null } | Failure {
  return classifyBody(reply, { schema, effect: 'read' });
}

/** As `classifyRead`, for a call whose answer has a shape of its own but which may have changed something. */
export function classifyBody<T>(
  reply: Reply,
  shape: { readonly schema: z.ZodType<T>; readonly effect: Effect },
): { readonly kind: 'ok'; readonly body: T | null } | Failure {
  const { schema, effect } = shape;
  const opened = openAnswer(reply, effect);
  if (opened.kind === 'empty') {
    const isNothing = effect === 'read' && (opened.status === 204 || opened.status === 304);
    return isNothing ? { kind: 'ok', body: null } : unreadable(effect, opened.status);
  }
  if (opened.kind !== 'json') return opened;
  const { value, status } = opened;
  const parsed = status < 300 ? schema.safeParse(value) : null;
  if (parsed?.success === true) return { kind: 'ok', body: parsed.data };
  const error = callErrorOf(value);
  return error === null ? unreadable(effect, status) : classifyError(error, { effect, concerns: 'call' });
}

/** The items of a write whose answer has to be laid beside the input by something else than their order. */
export function openItems(
  reply: Reply,
  wrapper: Wrapper,
): { readonly kind: 'items'; readonly items: readonly Json[]; readonly status: number } | Failure {
  const opened = openAnswer(reply, 'write');
  if (opened.kind === 'empty') return unreadable('write', opened.status);
  if (opened.kind !== 'json') return opened;
  const items = itemsOf(opened.value, wrapper);
  if (items !== null) return { kind: 'items', items, status: opened.status };
  const error = callErrorOf(opened.value);
  return error === null
    ? unreadable('write', opened.status)
    : classifyError(error, { effect: 'write', concerns: 'call' });
}

/** True if a fresh access token may cure this answer. */
export function isTokenRefused(exchange: Exchange): boolean {
  if (exchange.kind !== 'answer' || exchange.status !== 401) return false;
  const body = readBody(exchange.body);
  const error = body.kind === 'json' ? callErrorOf(body.value) : null;
  return error !== null && isTokenRefusal(error);
}

type Opened = Failure | { kind: 'empty'; status: number } | { kind: 'json'; status: number; value: Json };

/** The part that reads and writes share: transport, throttling, server trouble, and whether there is JSON at all. */
function openAnswer(reply: Reply, effect: Effect): Opened {
  if (reply.kind === 'not_sent') return unavailable(reply.reason);
  if (reply.kind === 'lost') return effect === 'write' ? unknown(reply.reason) : unavailable(reply.reason);
  if (reply.kind !== 'answer') return reply;
  const { status } = reply;
  // Only the status tells: the body may have a string code, a number, HTML or nothing (reference 5.3).
  if (status === 429) {
    const { cause = 'calls', until = null } = reply.throttle ?? {};
    return throttled('HTTP_429', { cause, until: reply.retryAt ?? until });
  }
  if (status >= 500 || status === 408) {
    return effect === 'write' ? unknown(`HTTP_${status}`) : unavailable(`HTTP_${status}`);
  }
  const body = readBody(reply.body);
  if (body.kind === 'json') return { kind: 'json', status, value: body.value };
  if (body.kind === 'empty') return { kind: 'empty', status };
  return unreadable(effect, status);
}

function unreadable(effect: Effect, status: number): Failure {
  const reason = `ANSWER_UNREADABLE (HTTP ${status})`;
  return effect === 'write' ? unknown(reason, 'CRM_ANSWER_UNREADABLE') : unavailable(reason, 'CRM_ANSWER_UNREADABLE');
}
