import { sql } from 'kysely';

/** True where a throttle `t` of what goes out is about a command `c`. */
export const IS_PACED_BY = sql<boolean>`
  t.direction = 'out' and (t.connection_id is null or t.connection_id = c.connection_id)
  and (t.mapping is null or t.mapping = c.mapping) and (t.operation is null or t.operation = c.operation)
  and (t.module is null or t.module = c.module) and (t.record_key is null or t.record_key = c.record_key)`;

/** What may go by a throttle `t` at this moment: as `refilled` of throttle.policy.ts says. */
export const TOKENS_NOW = sql<number>`
  least(greatest(1, t.per_second), t.tokens + greatest(0, extract(epoch from clock_timestamp() - t.filled_at)) * t.per_second)`;

/** No throttle that is empty now is about the command `c`. */
export const HAS_TOKENS = sql<boolean>`not exists (
  select 1 from ledger.throttles t where ${IS_PACED_BY} and ${TOKENS_NOW} < 1
  offset 0)`;
