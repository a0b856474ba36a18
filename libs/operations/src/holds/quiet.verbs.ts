import { sql, type Kysely } from 'kysely';
import type { QuietHours } from '#connections';
import { putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Sets the quiet hours of a connection; null takes them away. In force within two seconds. @returns false when there is no such connection. */
export function setQuietHours(
  db: Kysely<IntegrationDatabase>,
  { id, quietHours }: { readonly id: string; readonly quietHours: QuietHours | null },
  operator: Operator,
): Promise<boolean> {
  return transaction(db, async (trx) => {
    const { rows } = await sql`
      update connections.connections
         set settings = case when ${quietHours === null} then settings - 'quietHours'
                             else settings || jsonb_build_object('quietHours', ${JSON.stringify(quietHours)}::jsonb) end,
             updated_at = now()
       where id = ${id}
      returning id`.execute(trx);
    if (rows.length === 0) return false;
    await putAudit(trx, [
      { ...operator, verb: 'connection quiet-hours', connectionId: id, details: { set: quietHours !== null } },
    ]);
    return true;
  });
}
