import type { JsonObject } from '#contracts';
import type { Instant } from '../values/instant.value.ts';

/**
 * An entry of the schedule: "at this time, this event". The clock is outside the fold: whoever watches it writes the event into the
 * mapping's own topic under the state's key, where a replay reads it like any other.
 */
export interface Timer {
  /** The event's id is the UUIDv5 (URL namespace) of this name, so that writing it again adds nothing. */
  readonly name: string;
  readonly type: string;
  readonly version?: number;
  readonly subject: string;
  readonly at: Instant;
  /** An entry that was missed is made up for until then, and never after. */
  readonly until: Instant;
  readonly data: JsonObject;
}
