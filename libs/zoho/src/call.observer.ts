import type { Lane } from '#contracts';
import { creditsOf, type CallKind } from './credits.ts';
import type { Exchange } from './http/exchange.types.ts';

/** One HTTP request as metrics and the attempts ledger see it: no id, no value, no secret. */
export interface CallObservation {
  readonly kind: CallKind;
  /** Class of work that it was made for; null for the token endpoint, which costs no credits. */
  readonly lane: Lane | null;
  readonly method: string;
  /** Path without query string, ids replaced by `{id}`. */
  readonly path: string;
  /** HTTP status; null without an answer. */
  readonly status: number | null;
  readonly ms: number;
  readonly records: number;
  /** Credits that the request costs if it counted: none if it never left, was refused at the door (401) or throttled. */
  readonly credits: number;
  /** `X-API-CREDITS-REMAINING`, sent from half of the day's credits on (reference 5.3); else null. */
  readonly creditsRemaining: number | null;
  /**
   * Class of the outcome: one of `succeeded rejected throttled unavailable unknown`, `mixed` for a batch with several
   * of them, `token_refused` for the first of two tries.
   */
  readonly outcome: string;
}

export type CallObserver = (observation: CallObservation) => void;

/** One try: the call's public part and what came of it. */
export interface Try {
  readonly kind: CallKind;
  readonly lane: Lane | null;
  readonly method: string;
  readonly path: string;
  readonly records: number;
  readonly exchange: Exchange;
  readonly ms: number;
}

/** The observation of one try. */
export function observationOf(attempt: Try, outcome: string): CallObservation {
  const { kind, lane, method, path, records, exchange, ms } = attempt;
  const isAnswer = exchange.kind === 'answer';
  return {
    kind,
    lane,
    method,
    path,
    status: isAnswer ? exchange.status : null,
    ms,
    records,
    ...costOf({ kind, records }, exchange),
    outcome,
  };
}

/** What a request cost and what its answer says is left (reference 5.3). */
export function costOf(
  call: Pick<Try, 'kind' | 'records'>,
  exchange: Exchange,
): Pick<CallObservation, 'credits' | 'creditsRemaining'> {
  const isAnswer = exchange.kind === 'answer';
  const isFree = exchange.kind === 'not_sent' || (isAnswer && (exchange.status === 401 || exchange.status === 429));
  const remaining = isAnswer ? exchange.headers['x-api-credits-remaining'] : undefined;
  return {
    credits: isFree ? 0 : creditsOf(call),
    creditsRemaining: remaining !== undefined && /^\d+$/.test(remaining) ? Number(remaining) : null,
  };
}
