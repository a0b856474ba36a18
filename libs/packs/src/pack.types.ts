import type { Mapping, WorkedCase } from '#mapping';

/** One product's mapping with its worked cases. */
export interface Pack {
  readonly name: string;
  readonly product: string;
  readonly mapping: Mapping;
  readonly cases: readonly WorkedCase[];
}
