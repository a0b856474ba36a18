/** A table captured by trigger: a product that cannot be changed (packs/signup-lead.md section 2). */
export interface Capture {
  /** With its schema: `public.users`. */
  readonly table: string;
  readonly aggregateType: string;
  readonly idColumn: string;
  readonly tenantId: string;
  /** The only columns that ever leave the table. */
  readonly columns: readonly string[];
}
