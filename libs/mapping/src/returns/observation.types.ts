import type { JsonObject, RecordName } from '#contracts';
import type { OutgoingEvent } from '../fold/outgoing.types.ts';
import type { StepResult } from '../fold/verdict.types.ts';
import type { Conflict } from './conflict.types.ts';
import type { Instant } from '../values/instant.value.ts';

/** Who changed a record, as the CRM says. */
export interface Person {
  readonly id: string;
  readonly name: string | null;
}

/**
 * What was seen of one of our records in the CRM. It is stored in order with the domain events of its key: folding all of them again
 * gives the same state.
 */
export interface Observation extends RecordName {
  /** Names the observation; the events that it gives are named after it. */
  readonly id: string;
  /**
   * `edited`: the record is there, with these values; so is one that was merged into another, as its survivor. `deleted`: it is not, and
   * nothing carries its identity. `converted`: the Lead lives on as Contact and Account, whose fields are looked at from now on.
   */
  readonly kind: 'edited' | 'deleted' | 'converted';
  readonly recordId: string;
  /** Fields as they were read; a lookup to a record of ours is a `linkTo`. Fields that were not read are absent. */
  readonly values: JsonObject;
  /** When the CRM says that it was changed; of a deletion its time. */
  readonly changedAt: Instant;
  readonly changedBy: Person | null;
  /** An operator asks for it: after it was judged, all that the product says of the record is written again. */
  readonly asserts?: true;
}

/** What came of an observation, as of an event. */
export type ObserveResult = StepResult & {
  readonly events: readonly OutgoingEvent[];
  readonly conflicts: readonly Conflict[];
  /** The fields in which the record differed from what was known. */
  readonly fields: readonly string[];
};
