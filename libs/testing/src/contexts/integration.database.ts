import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { JsonObject } from '#contracts';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type IntegrationDatabase,
} from '#postgres';
import { postgresUrl } from '../servers.ts';
import { emptyTables } from './table.clearing.ts';

/** A row of connections.connections; what is left out is made up. */
export interface ConnectionSeed {
  readonly id?: string;
  readonly tenantId?: string;
  readonly state?: 'active' | 'paused' | 'action_needed' | 'disconnected';
  /** Which of the tenant's accounts; blank for a tenant with one. */
  readonly account?: string;
  /** Settings of packs, beside `watch`. */
  readonly settings?: JsonObject;
  /** Module -> fields whose edits give events. */
  readonly watch?: Readonly<Record<string, readonly string[]>>;
}

/** An integration database of its own, as one suite needs it; gone when disposed of. */
export interface IntegrationContext extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
  readonly db: Kysely<IntegrationDatabase>;
  /** Adds a connection whose secrets are no secrets, and returns its id. */
  addConnection(seed?: ConnectionSeed): Promise<string>;
  /** Empties every table. */
  clear(): Promise<void>;
}

/** Tables that a spec fills; each line one, so that two changes do not meet. */
const CLEARED = [
  'connections.connections',
  'ledger.commands',
  'ledger.attempts',
  'ledger.links',
  'ledger.former_links',
  'ledger.unlinked',
  'ledger.audit',
  'ledger.echoes',
  'ledger.kept_effects',
  'ledger.credits',
  'ledger.credit_limits',
  'relay.states',
  'relay.folds',
  'relay.timers',
  'relay.set_aside',
  'relay.plans',
  'relay.backfills',
  'relay.replays',
  'relay.replay_keys',
  'webhooks.channels',
  'webhooks.deliveries',
  'webhooks.dirty',
  'webhooks.readings',
  'webhooks.conflicts',
  'webhooks.unmatched',
  'inbox.processed',
  'outbox.events',
];

/** @param prefix starts the database's name, so that a leftover says where it came from */
export async function integrationDatabase(prefix: string): Promise<IntegrationContext> {
  const scratch = await createScratchDatabase({ adminUrl: postgresUrl(), prefix });
  await migrate({ url: scratch.url, folder: migrationFolder('product') });
  await migrate({ url: scratch.url, folder: migrationFolder('integration') });
  const pool = createPool({ url: scratch.url, applicationName: `${prefix}-spec`, max: 12 });
  const db = createDatabase<IntegrationDatabase>(pool);
  return {
    url: scratch.url,
    pool,
    db,
    addConnection: (seed = {}) => addConnection(db, seed),
    clear: async () => {
      await emptyTables(CLEARED).execute(db);
    },
    [Symbol.asyncDispose]: async () => {
      await db.destroy();
      await scratch.drop();
    },
  };
}

async function addConnection(db: Kysely<IntegrationDatabase>, seed: ConnectionSeed): Promise<string> {
  const { id = 'c1', tenantId = 'portal', state = 'active', watch = {}, account = '', settings = {} } = seed;
  await sql`
    insert into connections.connections
      (id, tenant_id, destination, account, state, accounts_url, client_id, client_secret_sealed, refresh_token_sealed, settings)
    values (${id}, ${tenantId}, 'zoho-crm', ${account}, ${state}, 'http://accounts.invalid', 'client', 'sealed', 'sealed',
            ${JSON.stringify({ ...settings, watch })}::jsonb)`.execute(db);
  return id;
}
