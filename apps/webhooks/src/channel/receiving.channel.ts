import { createHash } from 'node:crypto';
import { sql, type QueryExecutorProvider } from 'kysely';
import type { SecretBox } from '#zoho';

/** A channel as far as taking its notifications needs it. */
export interface ReceivingChannel {
  readonly id: string;
  readonly connectionId: string;
  readonly module: string;
  /** Those that are accepted now: one, and during a rotation the one before as well. */
  readonly tokens: readonly string[];
}

export function hashOfAddress(address: string): Buffer {
  return createHash('sha256').update(address).digest();
}

interface Row {
  id: string;
  connection_id: string;
  module: string;
  hash: string;
  token_sealed: string;
  previous_token_sealed: string | null;
}

/** The channels of addresses, by the hexadecimal hash of the address; an address that we never gave out is absent. */
export async function channelsOfAddresses(
  db: QueryExecutorProvider,
  box: SecretBox,
  hashes: readonly string[],
): Promise<Map<string, ReceivingChannel>> {
  const { rows } = await sql<Row>`
    select c.id::text, c.connection_id, c.module, c.token_sealed, c.previous_token_sealed, encode(h.hash, 'hex') as hash
      from (select decode(unnest(${[...hashes]}::text[]), 'hex') as hash) h
      join webhooks.channels c on c.address_hash = h.hash or c.previous_address_hash = h.hash`.execute(db);
  return new Map(
    rows.map((row) => {
      const sealed = [row.token_sealed, row.previous_token_sealed].filter((one) => one !== null);
      const tokens = sealed.map((one) => box.open(one, row.connection_id));
      return [row.hash, { id: row.id, connectionId: row.connection_id, module: row.module, tokens }];
    }),
  );
}
