import { arrayParameter, requireTransaction, runStatement, type TransactionHandle } from '#postgres';

export interface Arrival {
  /** Who applies the events: a name that stays the same over deployments, such as the consumer group. */
  readonly consumer: string;
  readonly eventIds: readonly string[];
}

/**
 * In the order of the ids, so that two transactions that meet on several rows wait for each other and do not deadlock. By their bytes:
 * the database's own collation costs several times as much. Which ones are new is said only where not all of them are: nearly always they are.
 */
const ADMIT = `
  with noted as (
    insert into inbox.processed (consumer, event_id)
    select $1, id from (select distinct unnest($2::text[]) collate "C" as id order by id) as arrived
    on conflict do nothing
    returning event_id
  )
  select case when count(*) < $3::integer then coalesce(array_agg(event_id), '{}') end as fresh from noted`;

/**
 * Notes a batch of events as applied and says which of them are new: those, and no others, are to be applied in this transaction.
 * While another transaction holds one of the ids this waits for its end. One statement, whatever the size of the batch.
 * @throws CausewayError `TRANSACTION_REQUIRED` outside of a transaction
 */
export async function admit(trx: TransactionHandle, { consumer, eventIds }: Arrival): Promise<Set<string>> {
  requireTransaction(trx, 'admit');
  if (eventIds.length === 0) return new Set();
  const ids = new Set(eventIds);
  const values = [consumer, arrayParameter('text', [...ids]), ids.size];
  const [row] = await runStatement<{ fresh: string[] | null }>(trx, { text: ADMIT, values });
  return row?.fresh == null ? ids : new Set(row.fresh);
}
