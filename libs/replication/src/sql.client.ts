import type { ClientBase, Pool } from 'pg';

/** What of a pg client the checks need. */
export type SqlClient = Pick<ClientBase, 'query'> | Pick<Pool, 'query'>;
