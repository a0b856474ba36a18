import { sql, type Kysely } from 'kysely';
import { putConnection, type NewConnection } from '#connections';
import { putAudit } from '#ledger';
import type { Mapping } from '#mapping';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { SecretBox } from '#zoho';
import type { Operator } from '../operator.ts';
import { requireSettings } from './connection.settings.ts';

export interface AddParts {
  readonly db: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  /** Those of the packs that run here; they say whether they can use the settings. */
  readonly mappings: readonly Mapping[];
}

/**
 * Adds a connection, secrets sealed; it is active then. One that was removed comes back under its id, and the place of a tenant at a
 * destination that a removed connection still has is free.
 * @returns false when there is one with this id: nothing was changed
 * @throws CausewayError `CONNECTION_TENANT_TAKEN` when the tenant has another one to that account of the destination,
 * `CONNECTION_SETTINGS_REFUSED` when a pack cannot use its settings
 */
export async function addConnection(parts: AddParts, connection: NewConnection, operator: Operator): Promise<boolean> {
  const { db, box, mappings } = parts;
  const { id, tenantId, destination, account = '' } = connection;
  requireSettings(connection, mappings);
  return transaction(db, async (trx) => {
    const { rows: known } = await sql<{ state: string }>`
      select state from connections.connections where id = ${id} for update`.execute(trx);
    if (known[0] !== undefined && known[0].state !== 'disconnected') return false;
    await sql`
      update connections.connections set account = 'removed ' || id, updated_at = now()
       where (tenant_id, destination, account) = (${tenantId}, ${destination}, ${account}) and state = 'disconnected'
         and id <> ${id}`.execute(trx);
    await sql`
      update connections.connections set tenant_id = ${tenantId}, destination = ${destination}, account = ${account}
       where id = ${id}`.execute(trx);
    await putConnection(trx, box, connection);
    const details = { tenant: tenantId, destination, account };
    await putAudit(trx, [{ ...operator, verb: 'connections add', connectionId: id, details }]);
    return true;
  });
}
