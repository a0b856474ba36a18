import type { Command, ErrorCode, JsonObject, Lane } from '#contracts';
import type { Conflict } from '../returns/conflict.types.ts';
import type { OutgoingEvent } from './outgoing.types.ts';
import type { WantedRecord } from './wanted.types.ts';

/** A code of the catalogue, or one that a pack from outside brings along. */
export type ProblemCode = ErrorCode | (string & Record<never, never>);

/** A line about one value of one event (packs/README.md section 2). It never holds the value. */
export interface Problem {
  readonly eventId: string;
  readonly code: ProblemCode;
  readonly field: string;
}

/** What is said about an event as a whole (packs/README.md section 2). */
export type Verdict =
  | { readonly verdict: 'applied' }
  | { readonly verdict: 'ignored'; readonly reason: string }
  | { readonly verdict: 'set_aside'; readonly code: ProblemCode; readonly field: string };

/**
 * One event folded. `state` is to be stored when the verdict is `applied`; otherwise it is the very object that was
 * given. An event that is ignored or set aside has no commands and no problems: its verdict says it all.
 */
export type StepResult = Verdict & {
  readonly state: JsonObject | null;
  /** The records wanted by the new state, where it was projected. */
  readonly projection?: readonly WantedRecord[];
  readonly commands: readonly Command[];
  /** The commands' class of work, where the fold named one. */
  readonly lane?: Lane;
  readonly problems: readonly Problem[];
  /** What the product is told; only what was seen in the CRM gives any. */
  readonly events?: readonly OutgoingEvent[];
  /** What operators see of an edit in the CRM that was not taken over. */
  readonly conflicts?: readonly Conflict[];
};
