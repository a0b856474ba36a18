import type { Json } from '#contracts';

/** A line for operators: what differed, and what became of it. */
export interface Conflict {
  /** `refused`: a move that the pack does not allow. `unrecognised`: accepted without being understood. */
  readonly kind: 'conflict' | 'refused' | 'unrecognised' | 'deleted';
  readonly recordKey: string;
  readonly field: string | null;
  readonly productValue: Json;
  readonly crmValue: Json;
  readonly restored: boolean;
}
