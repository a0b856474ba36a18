import type { Json } from '#contracts';

/** What a step in the life of a record is; the words are those of the glossary. */
export type LifelineKind =
  | 'event'
  | 'fold'
  | 'command'
  | 'merged'
  | 'skipped'
  | 'call'
  | 'answer'
  | 'link'
  | 'link ended'
  | 'link lost'
  | 'notified'
  | 'read again'
  | 'edit'
  | 'event out'
  | 'conflict'
  | 'operator';

/** A part of a state, or a field of a record, with what stood there. */
export interface ShownChange {
  readonly name: string;
  /** Absent where it is not known any more. */
  readonly before?: Json;
  readonly after: Json;
}

/** One step in the life of a record. What does not concern it is null. */
export interface LifelineStep {
  readonly at: Date;
  readonly kind: LifelineKind;
  /** In words, without any value of the product or the CRM. */
  readonly what: string;
  readonly connectionId: string | null;
  readonly recordKey: string | null;
  readonly commandId: string | null;
  readonly eventId: string | null;
  /** Of an answer: the command's part of the credits; null where nobody counted. */
  readonly credits: number | null;
  /** Who did it: a person in the CRM, or an operator. */
  readonly by: string | null;
  /** Of a fold, parts of the state; of a command and an edit, fields. */
  readonly changes: readonly ShownChange[];
}

/** A record of the CRM that belongs, or belonged, to the entity. */
export interface LifelineRecord {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly module: string;
  readonly recordId: string;
  readonly generation: number;
  readonly since: Date;
  /** When the link came to name another record, or none; null for one that holds. */
  readonly until: Date | null;
  /** When a person was seen to have deleted it. */
  readonly lostAt: Date | null;
}

/** Whose lifeline it is. */
export interface LifelineEntity {
  readonly product: string;
  readonly entityId: string;
  readonly tenantId: string;
}

export interface Lifeline extends LifelineEntity {
  readonly records: readonly LifelineRecord[];
  /** Oldest first. */
  readonly steps: readonly LifelineStep[];
  /** True where there is more than was asked for: the oldest steps are left out. */
  readonly isCut: boolean;
}

/** Names of mappings with their products: states know their mapping alone. */
export interface OwnMapping {
  readonly name: string;
  readonly product: string;
}
