import { CompiledQuery, type QueryResult } from 'kysely';
import type { ClientBase } from 'pg';
import { CausewayError } from '#contracts';

/** What `Kysely` and `Transaction` of any database have in common. */
export interface KyselyHandle {
  readonly isTransaction: boolean;
  executeQuery(query: CompiledQuery): Promise<QueryResult<unknown>>;
}

/** A transaction of the caller's: Kysely's, or a `pg` client on which BEGIN was sent. */
export type TransactionHandle = KyselyHandle | ClientBase;

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Runs one statement on a Kysely or pg handle and returns its rows. */
export async function runStatement<R>(handle: TransactionHandle, { text, values }: Statement): Promise<R[]> {
  const { rows } =
    'isTransaction' in handle
      ? await handle.executeQuery(CompiledQuery.raw(text, [...values]))
      : await handle.query(text, [...values]);
  return rows as R[];
}

/**
 * Refuses a handle on which no transaction is open. Kysely knows by type of object. For a `pg` client the state is the one that
 * the server reported with its last answer (ReadyForQuery: I idle, T in a transaction, E in a failed one), so BEGIN must have
 * been awaited; a pool has none, since each of its statements may run on another connection.
 * @throws CausewayError `TRANSACTION_REQUIRED`
 */
export function requireTransaction(handle: TransactionHandle, call: string): void {
  if ('isTransaction' in handle) {
    if (handle.isTransaction) return;
  } else if (typeof handle.getTransactionStatus === 'function') {
    // 'E' passes: the server's own error says what failed before.
    if (handle.getTransactionStatus() === 'T' || handle.getTransactionStatus() === 'E') return;
  }
  throw new CausewayError('TRANSACTION_REQUIRED', { details: { call } });
}
