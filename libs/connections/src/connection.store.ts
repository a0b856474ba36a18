import { sql, type QueryExecutorProvider } from 'kysely';
import { CausewayError, type ErrorCode, type JsonObject } from '#contracts';
import { SQLSTATE, hasSqlState } from '#postgres';
import type { SecretBox } from '#zoho';
import {
  connectionSettingsSchema,
  connectionStateSchema,
  type Connection,
  type ConnectionSettings,
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

export interface NewConnection extends Pick<Connection, 'id' | 'tenantId' | 'destination'> {
  /** Those of every connection, and those that the packs read. */
  readonly settings: JsonObject;
  /** Which of the tenant's accounts at the destination it is; left out for a tenant with one. */
  readonly account?: string;
  readonly credentials: Credentials;
}

/**
 * Stores a connection, secrets sealed; one that exists gets the new credentials and settings and is active again.
 * @throws CausewayError `CONNECTION_TENANT_TAKEN` when the tenant has another connection to that account of the destination
 */
export async function putConnection(
  db: QueryExecutorProvider,
  box: SecretBox,
  connection: NewConnection,
): Promise<void> {
  const { credentials } = connection;
  const stored = sql`
    insert into connections.connections
      (id, tenant_id, destination, account, accounts_url, api_domains, client_id, client_secret_sealed, refresh_token_sealed, settings)
    values (${connection.id}, ${connection.tenantId}, ${connection.destination}, ${connection.account ?? ''}, ${credentials.accountsUrl},
            ${[...credentials.apiDomains]}::text[], ${credentials.clientId}, ${box.seal(credentials.clientSecret, connection.id)},
            ${box.seal(credentials.refreshToken, connection.id)}, ${JSON.stringify(connection.settings)}::jsonb)
        on conflict (id) do update
       set accounts_url = excluded.accounts_url, api_domains = excluded.api_domains, client_id = excluded.client_id,
           client_secret_sealed = excluded.client_secret_sealed, refresh_token_sealed = excluded.refresh_token_sealed,
           settings = excluded.settings, state = 'active', state_code = null, state_reason = null, updated_at = now()`;
  try {
    await stored.execute(db);
  } catch (error) {
    if (!hasSqlState(error, SQLSTATE.UNIQUE_VIOLATION)) throw error;
    const details = { tenant: connection.tenantId, destination: connection.destination, connection: connection.id };
    // Without the cause: the server's message quotes the row.
    throw new CausewayError('CONNECTION_TENANT_TAKEN', { details });
  }
}

/** @throws CausewayError `CONNECTION_MISSING`; `SECRET_UNREADABLE` when no key of the box is the one it was sealed with. */
export async function readCredentials(db: QueryExecutorProvider, box: SecretBox, id: string): Promise<Credentials> {
  return (await readForClient(db, box, id)).credentials;
}

/** What a client of the connection is made of. Throws as `readCredentials` does. */
export async function readForClient(
  db: QueryExecutorProvider,
  box: SecretBox,
  id: string,
): Promise<{ readonly credentials: Credentials; readonly settings: ConnectionSettings }> {
  const { rows } = await sql<{
    accounts_url: string;
    api_domains: string[];
    client_id: string;
    client_secret_sealed: string;
    refresh_token_sealed: string;
    settings: unknown;
  }>`
    select accounts_url, api_domains, client_id, client_secret_sealed, refresh_token_sealed, settings
      from connections.connections where id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new CausewayError('CONNECTION_MISSING', { details: { connection: id } });
  const credentials = {
    accountsUrl: row.accounts_url,
    apiDomains: row.api_domains,
    clientId: row.client_id,
    clientSecret: box.open(row.client_secret_sealed, id),
    refreshToken: box.open(row.refresh_token_sealed, id),
  };
  return { credentials, settings: connectionSettingsSchema.parse(row.settings) };
}

export interface StateChange {
  readonly id: string;
  readonly state: ConnectionState;
  readonly code: ErrorCode | null;
  readonly reason: string | null;
}

/**
 * Moves a connection to a state. `action_needed` keeps commands waiting until a person has acted; it never takes the place of
 * `paused`, since what a person stopped nothing else may start again.
 */
export async function setConnectionState(db: QueryExecutorProvider, change: StateChange): Promise<void> {
  await sql`
    update connections.connections
       set state = ${change.state}, state_code = ${change.code}, state_reason = ${change.reason}, updated_at = now()
     where id = ${change.id} and (state <> 'paused' or ${change.state} <> 'action_needed')`.execute(db);
}
