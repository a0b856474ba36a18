export type Fields = Record<string, unknown>;

/** A link to another record or user as it is stored; its name is looked up when it is shown. */
export interface Reference {
  readonly id: string;
  /** Set where the field itself does not say which module is meant. */
  readonly module?: string;
}

/** What a Lead became. */
export interface Conversion {
  readonly contact: string;
  readonly account: string;
  readonly deal: string | null;
  readonly at: number;
  readonly by: string;
}

/** A record as it is stored: fields in canonical form, empty ones absent. */
export interface StoredRecord {
  readonly id: string;
  readonly module: string;
  fields: Fields;
  modifiedAt: number;
  readonly createdAt: number;
  converted?: Conversion;
  /** Held by a merge that is under way; nothing may change it meanwhile. */
  locked?: true;
}

/** A record in the recycle bin, or gone for good. */
export interface DeletedRecord {
  readonly record: StoredRecord;
  readonly deletedAt: number;
  readonly deletedBy: string;
}

export function referenceOf(value: unknown): Reference | undefined {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
    ? (value as Reference)
    : undefined;
}
