import { runStatement, type TransactionHandle } from '#postgres';

/**
 * Forgets events that were applied before the instant, oldest or not, at most so many in one statement; returns how many. Repeat until it
 * is less than asked for. Keep them at least as long as Kafka keeps the records: what is forgotten would be applied again.
 */
export async function forget(handle: TransactionHandle, limits: { before: Date; atMost?: number }): Promise<number> {
  const rows = await runStatement<{ forgotten: string }>(handle, {
    text: 'select inbox.forget($1, $2) as forgotten',
    values: [limits.before.toISOString(), limits.atMost ?? 10_000],
  });
  return Number(rows[0]?.forgotten ?? 0);
}
