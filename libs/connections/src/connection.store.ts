import { sql, type QueryExecutorProvider } from 'kysely';
import { CausewayError, type ErrorCode } from '#contracts';
import type { SecretBox } from '#zoho';
import {
  connectionSettingsSchema,
  connectionStateSchema,
  type Connection,
  type ConnectionState,
  type Credentials,
} from './connection.types.ts';

interface ConnectionRow {
  id: string;
  tenant_id: string;
  destination: string;
  state: string;
  state_code: string | null;
  settings: unknown;
}

/** All connections of a destination, without their secrets. */
export async function listConnections(db: QueryExecutorProvider, destination = 'zoho-crm'): Promise<Connection[]> {
  const { rows } = await sql<ConnectionRow>`
    select id, tenant_id, destination, state, state_code, settings
      from connections.connections where destination = ${destination} order by id`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    destination: row.destination,
    state: connectionStateSchema.parse(row.state),
    stateCode: row.state_code,
    settings: connectionSettingsSchema.parse(row.settings),
  }));
}

export interface NewConnection extends Pick<Connection, 'id' | 'tenantId' | 'destination' | 'settings'> {
  readonly credentials: Credentials;
}

/** Stores a connection, secrets sealed; one that exists gets the new credentials and settings and is active again. */
export async function putConnection(
  db: QueryExecutorProvider,
  box: SecretBox,
  connection: NewConnection,
): Promise<void> {
  const { credentials } = connection;
  await sql`
    insert into connections.connections
      (id, tenant_id, destination, accounts_url, api_domains, client_id, client_secret_sealed, refresh_token_sealed, settings)
    values (${connection.id}, ${connection.tenantId}, ${connection.destination}, ${credentials.accountsUrl},
            ${[...credentials.apiDomains]}::text[], ${credentials.clientId}, ${box.seal(credentials.clientSecret)},
            ${box.seal(credentials.refreshToken)}, ${JSON.stringify(connection.settings)}::jsonb)
        on conflict (id) do update
       set accounts_url = excluded.accounts_url, api_domains = excluded.api_domains, client_id = excluded.client_id,
           client_secret_sealed = excluded.client_secret_sealed, refresh_token_sealed = excluded.refresh_token_sealed,
           settings = excluded.settings, state = 'active', state_code = null, state_reason = null, updated_at = now()`.execute(
    db,
  );
}

/** @throws CausewayError `CONNECTION_MISSING`; an error of the secret box when the key is not the one it was sealed with. */
export async function readCredentials(db: QueryExecutorProvider, box: SecretBox, id: string): Promise<Credentials> {
  const { rows } = await sql<{
    accounts_url: string;
    api_domains: string[];
    client_id: string;
    client_secret_sealed: string;
    refresh_token_sealed: string;
  }>`
    select accounts_url, api_domains, client_id, client_secret_sealed, refresh_token_sealed
      from connections.connections where id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new CausewayError('CONNECTION_MISSING', { details: { connection: id } });
  return {
    accountsUrl: row.accounts_url,
    apiDomains: row.api_domains,
    clientId: row.client_id,
    clientSecret: box.open(row.client_secret_sealed),
    refreshToken: box.open(row.refresh_token_sealed),
  };
}

export interface StateChange {
  readonly id: string;
  readonly state: ConnectionState;
  readonly code: ErrorCode | null;
  readonly reason: string | null;
}

/** Moves a connection to a state. `action_needed` keeps commands waiting until a person has acted. */
export async function setConnectionState(db: QueryExecutorProvider, change: StateChange): Promise<void> {
  await sql`
    update connections.connections
       set state = ${change.state}, state_code = ${change.code}, state_reason = ${change.reason}, updated_at = now()
     where id = ${change.id}`.execute(db);
}
