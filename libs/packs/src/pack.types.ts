import type { JsonObject } from '#contracts';
import type { Mapping, WorkedCase } from '#mapping';

/** One product's mapping with its worked cases. */
export interface Pack {
  readonly name: string;
  readonly product: string;
  readonly mapping: Mapping;
  readonly cases: readonly WorkedCase[];
  /** Settings of the connections of its cases, and of those that are made to try it out, where they do not say otherwise. */
  readonly caseSettings?: JsonObject;
}
