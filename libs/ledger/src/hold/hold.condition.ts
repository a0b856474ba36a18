import { sql } from 'kysely';

/** True for a row `c` of ledger.commands that an operator holds back by pack, command type or record. Whole connections are held by their state. */
export const isHeld = sql<boolean>`exists (
  select 1 from ledger.holds h
   where (h.connection_id is null or h.connection_id = c.connection_id) and (h.mapping is null or h.mapping = c.mapping)
     and (h.operation is null or h.operation = c.operation) and (h.module is null or h.module = c.module)
     and (h.record_key is null or h.record_key = c.record_key))`;
