import { CausewayError } from '#contracts';
import { SQLSTATE, hasSqlState, runStatement, type TransactionHandle } from '#postgres';

export interface CaptureDeclaration {
  /** With its schema: `public.users`. */
  readonly table: string;
  readonly aggregateType: string;
  /** Not null and unique by itself. */
  readonly idColumn: string;
  /** The only columns that ever leave the table; the id column is one of them. */
  readonly columns: readonly string[];
  /** The database's default unless given. */
  readonly tenantId?: string;
}

/**
 * Declares that changes of a table are told as `<aggregateType>.created`, `.updated` and `.deleted`, by a trigger, for a product
 * whose code cannot be changed. Declaring again replaces. The role must own the outbox and may create triggers on the table.
 * @throws CausewayError `CAPTURE_TABLE_INVALID` when a column is missing or the id column is not unique and not null
 */
export async function capture(handle: TransactionHandle, declaration: CaptureDeclaration): Promise<void> {
  const { table, aggregateType, idColumn, columns, tenantId = null } = declaration;
  try {
    await runStatement(handle, {
      text: 'select outbox.capture($1::text::regclass, aggregate_type => $2, id_column => $3, columns => $4::text[], tenant_id => $5)',
      values: [table, aggregateType, idColumn, [...columns], tenantId],
    });
  } catch (error) {
    if (!hasSqlState(error, SQLSTATE.CAPTURE_INVALID, SQLSTATE.UNDEFINED_TABLE) || !(error instanceof Error))
      throw error;
    throw new CausewayError('CAPTURE_TABLE_INVALID', { details: { table, reason: error.message }, cause: error });
  }
}

/** Ends the capture of a table; false when it was not captured. */
export async function release(handle: TransactionHandle, table: string): Promise<boolean> {
  const rows = await runStatement<{ released: boolean }>(handle, {
    text: 'select outbox.release($1::text::regclass) as released',
    values: [table],
  });
  return rows[0]?.released ?? false;
}
