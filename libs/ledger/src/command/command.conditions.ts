import { sql } from 'kysely';
import { isHeld } from '../hold/hold.condition.ts';

/**
 * Parts of the claim's `where`, each about a command `c`. All of them must hold.
 *
 * `offset 0` keeps Postgres from making a join of a question about one command: where its statistics are from a time with few open
 * commands it would compare each with each of them.
 */

/** Its pause is over, or the process that had it let its lease run out. */
export const IS_DUE = sql`
  (c.state = 'in_flight' and c.lease_until < now() or c.state <> 'in_flight' and c.not_before <= now())`;

/** No earlier command of its record is open, in whatever state. */
export const IS_HEAD = sql`
  not exists (
    select 1 from ledger.commands o
     where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id < c.id
       and o.state in ('ready', 'in_flight', 'unknown', 'parked')
    offset 0)`;

/** The records that it cannot do without are known. */
export const NEEDS_ARE_KNOWN = sql`
  not exists (
    select 1 from unnest(c.needs) n (record_key)
     where not exists (
       select 1 from ledger.links l where l.connection_id = c.connection_id and l.record_key = n.record_key))`;

/** The records that its fields name are known, or were deleted. */
export const LOOKUPS_ARE_KNOWN = sql`
  not exists (
    select 1 from unnest(c.lookups) n (record_key)
     where not exists (
       select 1 from ledger.links l where l.connection_id = c.connection_id and l.record_key = n.record_key)
       and not exists (
       select 1 from ledger.unlinked u where u.connection_id = c.connection_id and u.record_key = n.record_key))`;

/** No person holds it back. */
export const IS_FREE = sql`not ${isHeld}`;

/**
 * It is not known to wait behind a parked command. The index of the claim holds no others, so that they cost it nothing; whether a
 * command is the head of its record is asked all the same.
 */
export const NOT_BEHIND_PARKED = sql`not c.behind_parked`;

/** What a claim asks of a command, beside its connection, its lane and an open state. */
export const CLAIMABLE = sql.join(
  [NOT_BEHIND_PARKED, IS_DUE, IS_HEAD, NEEDS_ARE_KNOWN, LOOKUPS_ARE_KNOWN, IS_FREE],
  sql` and `,
);
