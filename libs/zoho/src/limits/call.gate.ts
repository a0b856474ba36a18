import type { Lane } from '#contracts';
import type { CallKind } from '../credits.ts';
import type { Failure } from '../outcome.types.ts';
import type { ThrottleCause } from './throttle.cause.ts';

/** What a call asks for before it goes out. */
export interface CallAsk {
  readonly kind: CallKind;
  readonly lane: Lane;
  readonly price: number;
  readonly heavy: boolean;
}

/** What became of it, as far as limits are concerned. */
export interface CallEnd {
  /** HTTP status; null without an answer. */
  readonly status: number | null;
  /** Credits that it cost: none if it never left or was refused at the door. */
  readonly credits: number;
  /** `X-API-CREDITS-REMAINING`; null without it. */
  readonly creditsRemaining: number | null;
}

/** The place that a call has while it runs. */
export interface CallPass {
  readonly kind: 'pass';
  /** To be called once, whatever happened. For HTTP 429 it says why. Never throws. */
  leave(end: CallEnd): Promise<{ readonly cause: ThrottleCause; readonly until: number | null } | null>;
}

/** Lets calls out, or says why not. `call.budget.ts` is the one that knows credits and places; a test may have its own. */
export interface CallGate {
  enter(ask: CallAsk): Promise<CallPass | Failure>;
}

/** Everything passes, nothing is counted: for tools that make a few calls. */
export const OPEN_GATE: CallGate = {
  enter: () => Promise.resolve({ kind: 'pass', leave: () => Promise.resolve(null) }),
};
