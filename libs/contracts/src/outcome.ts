import type { ErrorCode } from './error.catalogue.ts';

/**
 * Why there was no room for a call. `concurrency`: too many at once, said by the destination; `place`: the same by our own count, no
 * call was made; `credits`: those of the day or of the lane are gone; `tokens`: the token endpoint's lock-out; `calls`: a refusal
 * that says no more; `stopped`: the connection waits for a person; `held`: an operator or quiet hours hold it back.
 */
export type NoRoomCause = 'concurrency' | 'place' | 'credits' | 'tokens' | 'calls' | 'stopped' | 'held';

/** No room, and until when another try is pointless, as far as that is known. */
export interface NoRoom {
  readonly cause: NoRoomCause;
  /** Epoch milliseconds. */
  readonly until: number | null;
}

/** What a destination did with one command. Exactly one of these; "unknown" is settled by reading before anything else. */
export type Outcome =
  | {
      readonly kind: 'succeeded';
      readonly recordId: string;
      readonly created: boolean;
      /** Without a call: the destination has these values already, by our own last acknowledged write. */
      readonly saved?: true;
    }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly code: ErrorCode; readonly reason: string; readonly field: string | null }
  | ({ readonly kind: 'throttled'; readonly reason: string } & Partial<NoRoom>)
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** `noRoom`: it could not even be asked what became of it. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly noRoom?: NoRoom };

export type OutcomeKind = Outcome['kind'];
