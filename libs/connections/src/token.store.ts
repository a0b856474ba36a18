import { sql, type Kysely } from 'kysely';
import { passFaultPoint } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { tokenSchema, type SecretBox, type TokenStore, type WithLock } from '#zoho';

/** A connection's access token in Postgres, sealed, so that all replicas share the ten that are minted in ten minutes. */
export function postgresTokenStore(db: Kysely<IntegrationDatabase>, box: SecretBox, connectionId: string): TokenStore {
  return {
    async read() {
      const { rows } = await sql<{ token_sealed: string }>`
        select token_sealed from connections.tokens where connection_id = ${connectionId}`.execute(db);
      const sealed = rows[0]?.token_sealed;
      return sealed === undefined ? null : tokenSchema.parse(JSON.parse(box.open(sealed, connectionId)));
    },
    async write(token) {
      passFaultPoint('token change begun');
      await sql`
        insert into connections.tokens (connection_id, token_sealed)
        values (${connectionId}, ${box.seal(JSON.stringify(token), connectionId)})
            on conflict (connection_id) do update
           set token_sealed = excluded.token_sealed, updated_at = now()`.execute(db);
      passFaultPoint('token stored');
    },
  };
}

/** One refresh at a time for a connection, across processes: an advisory lock that dies with its transaction. */
export function postgresLock(db: Kysely<IntegrationDatabase>, connectionId: string): WithLock {
  return (work) =>
    db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`causeway/token/${connectionId}`}, 0))`.execute(trx);
      return work();
    });
}
