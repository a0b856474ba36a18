import { runStatement, type TransactionHandle } from '#postgres';

/** An event that waits for a person. */
export interface WaitingEvent {
  readonly id: string;
  readonly consumer: string;
  readonly sourceKey: string;
  readonly tenantId: string | null;
  readonly key: string | null;
  readonly type: string | null;
  readonly code: string;
  readonly reason: string | null;
  readonly tries: number;
  readonly setAsideAt: Date;
}

const LIST = `
  select id::text, consumer, source_key as "sourceKey", tenant_id as "tenantId", event_key as "key", event_type as "type",
         code, reason, tries, set_aside_at as "setAsideAt"
    from inbox.set_aside where ended_at is null and ($1::text is null or consumer = $1) order by id limit $2`;

/** Events set aside that have not ended, oldest first. */
export function listSetAside(
  handle: TransactionHandle,
  query: { readonly consumer?: string; readonly atMost?: number } = {},
): Promise<WaitingEvent[]> {
  return runStatement<WaitingEvent>(handle, { text: LIST, values: [query.consumer ?? null, query.atMost ?? 1000] });
}

/** Asks the consumer to apply an event again. False: there is none, or it has ended. */
export async function askRedrive(handle: TransactionHandle, id: string): Promise<boolean> {
  const [row] = await runStatement<{ asked: boolean }>(handle, {
    text: 'select inbox.redrive($1) as asked',
    values: [id],
  });
  return row?.asked === true;
}

/** Ends an event without applying it; what was held behind it is applied next. False: there is none, or it has ended. */
export async function skipSetAside(handle: TransactionHandle, id: string): Promise<boolean> {
  const [row] = await runStatement<{ skipped: boolean }>(handle, {
    text: 'select inbox.skip($1) as skipped',
    values: [id],
  });
  return row?.skipped === true;
}
