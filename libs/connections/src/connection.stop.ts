import type { QueryExecutorProvider } from 'kysely';
import { ERROR_CATALOGUE } from '#contracts';
import type { Logger } from '#observability';
import type { Failure, WriteOutcome } from '#zoho';
import { setConnectionState } from './connection.store.ts';

/** What stops a connection: a refusal of everything that it does. */
export function stopsConnection(answer: WriteOutcome | Failure): answer is Extract<Failure, { kind: 'rejected' }> {
  return answer.kind === 'rejected' && answer.concerns === 'connection';
}

export interface StopOptions {
  readonly db: QueryExecutorProvider;
  readonly logger: Logger;
}

/**
 * Stops a connection when one of the answers refuses everything that it does (a revoked grant, a scope that is missing), and
 * says what to do. Its work waits until a person has acted. True if it was stopped.
 */
export async function stopRefused(
  connectionId: string,
  answers: readonly (WriteOutcome | Failure)[],
  { db, logger }: StopOptions,
): Promise<boolean> {
  const refused = answers.find(stopsConnection);
  if (refused === undefined) return false;
  const { code, reason } = refused;
  await setConnectionState(db, { id: connectionId, state: 'action_needed', code, reason });
  const { action } = ERROR_CATALOGUE[code];
  logger.error({ connection: connectionId, code, reason, action }, 'the connection was stopped');
  return true;
}
