import { option } from '../option.ts';
import { integer, list, postgresUrl } from '../option.types.ts';
import { standardPostgresUrl } from '../postgres.standard.ts';

/** The integration database and what is loaded into the engine that works on it. */
export const integrationOptions = {
  integrationUrl: option('CAUSEWAY_INTEGRATION_URL', postgresUrl, {
    help: 'Postgres URL of the integration database (ledger, connections, webhooks, inbox, outbox), with the parameters of libpq such as `sslmode=verify-full`; else `DATABASE_URL`, else `PGHOST`, `PGDATABASE` and the like',
    standard: standardPostgresUrl,
    secret: true,
  }),
  poolSize: option('CAUSEWAY_POOL_SIZE', integer(2, 200), {
    default: '10',
    help: 'Most Postgres connections that one process opens to a database; one is kept by whoever leads the keeper',
  }),
  ledgerDepth: option('CAUSEWAY_LEDGER_DEPTH', integer(100, 100_000_000), {
    default: '100000',
    help: 'With more commands than this waiting for the CRM the relay fetches no more events, until a fifth of them is done',
  }),
  packs: option('CAUSEWAY_PACKS', list, {
    default: 'signup-lead',
    help: 'Packs to load, by name or by path of a folder, separated by commas',
  }),
};
