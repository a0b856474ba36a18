type Operation = 'insert' | 'update' | 'delete';

/** What a write did to one record; notifications and workflows follow from it. */
export interface Change {
  readonly module: string;
  readonly operation: Operation;
  readonly id: string;
  /** API names of the fields whose value is another one now. */
  readonly fields: readonly string[];
  /** Id of the user who did it. */
  readonly by: string;
  /** True where only something that hangs on the record changed, such as a note of it. */
  readonly related?: boolean;
}

/** How a set of changes came about. */
export interface Origin {
  readonly source: 'api' | 'person';
  /** Whether the write let workflows run. */
  readonly workflow: boolean;
}
