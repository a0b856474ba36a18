import type { Transaction } from 'kysely';
import { decodeEvent, eventSchema, type CausewayEvent } from '#contracts';
import { runStatement } from '#postgres';
import { admit } from './admission.call.ts';
import type { BatchHandler } from './inbox.types.ts';
import { faultOf, type Fault } from './poison.error.ts';
import { underSavepoint } from './savepoint.call.ts';
import { keyName, lockKeys } from './set-aside.store.ts';

interface AskedRow {
  id: string;
  tenant_id: string | null;
  event_key: string | null;
  event: unknown;
  record_key: Buffer | null;
  record_value: Buffer | null;
  record_headers: Record<string, string> | null;
}

/** With `hold`, what stands behind an earlier one of its key waits for that one. */
const NEXT = `
  select s.id::text, s.tenant_id, s.event_key, s.event, s.record_key, s.record_value, s.record_headers
    from inbox.set_aside s
   where s.consumer = $1 and s.ended_at is null and s.redrive_asked_at is not null
     and not ($2 and s.event_key is not null and exists (
       select from inbox.set_aside e
        where e.consumer = s.consumer and e.tenant_id = s.tenant_id and e.event_key = s.event_key and e.id < s.id
          and e.ended_at is null))
   order by s.id limit 1 for update of s skip locked`;
const APPLIED = `update inbox.set_aside set ended_at = clock_timestamp(), ended_as = 'applied' where id = $1`;
const FAILED = `
  update inbox.set_aside set tries = tries + 1, code = $2, reason = $3, redrive_asked_at = null where id = $1`;
const FOLLOWERS = `
  update inbox.set_aside set redrive_asked_at = clock_timestamp()
   where consumer = $1 and tenant_id = $2 and event_key = $3 and code = 'INBOX_KEY_HELD' and ended_at is null`;

export interface Redriven {
  readonly id: string;
  /** Null: applied. */
  readonly fault: Fault | null;
}

/** Applies the oldest event that was asked for, in the transaction given; those held behind it follow by themselves. Null: none. */
export async function redriveNext<DB>(
  trx: Transaction<DB>,
  given: { readonly consumer: string; readonly holds: boolean; readonly handler: BatchHandler<DB> },
): Promise<Redriven | null> {
  const { consumer, holds, handler } = given;
  const [row] = await runStatement<AskedRow>(trx, { text: NEXT, values: [consumer, holds] });
  if (row === undefined) return null;
  const { id, tenant_id: tenantId, event_key: key } = row;
  if (tenantId !== null && key !== null) await lockKeys(trx, consumer, [keyName({ tenantId, key })]);
  const fault = await applied(trx, { consumer, row, handler });
  if (fault === null) {
    await runStatement(trx, { text: APPLIED, values: [id] });
    if (holds && key !== null) await runStatement(trx, { text: FOLLOWERS, values: [consumer, tenantId, key] });
  } else {
    await runStatement(trx, { text: FAILED, values: [id, fault.code, fault.reason] });
  }
  return { id, fault };
}

async function applied<DB>(
  trx: Transaction<DB>,
  { consumer, row, handler }: { consumer: string; row: AskedRow; handler: BatchHandler<DB> },
): Promise<Fault | null> {
  try {
    await underSavepoint(trx, async () => {
      const event = eventOf(row);
      // A record that could not be read had no id to be noted by.
      if (row.event === null && !(await admit(trx, { consumer, eventIds: [event.id] })).has(event.id)) return;
      await handler(trx, [event]);
    });
    return null;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null) throw error;
    return fault;
  }
}

function eventOf(row: AskedRow): CausewayEvent {
  if (row.event !== null) return eventSchema.parse(row.event);
  return decodeEvent({ key: row.record_key, value: row.record_value, headers: row.record_headers ?? {} });
}
