import type { ErrorCode } from './error.catalogue.ts';

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
  | { readonly kind: 'throttled'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type OutcomeKind = Outcome['kind'];
