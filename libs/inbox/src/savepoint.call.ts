import { runStatement, type TransactionHandle } from '#postgres';

/** Runs `work` so that a failure takes back what it wrote and the transaction can go on; the error is thrown on. */
export async function underSavepoint<T>(trx: TransactionHandle, work: () => Promise<T>): Promise<T> {
  await run(trx, 'savepoint causeway_inbox');
  try {
    const result = await work();
    await run(trx, 'release savepoint causeway_inbox');
    return result;
  } catch (error) {
    // On a lost connection there is nothing left to take back; the first error is the one to see.
    await run(trx, 'rollback to savepoint causeway_inbox').catch(() => undefined);
    throw error;
  }
}

async function run(trx: TransactionHandle, text: string): Promise<void> {
  await runStatement(trx, { text, values: [] });
}
