-- Commands that wait are merged, values that the CRM has already are not sent again, and finished commands can be pruned.
alter table ledger.commands
  -- The command that carries this one's values; it was waiting then, and ended as skipped. No foreign key: pruning takes either first.
  add column merged_into bigint,
  -- What the command itself asked for, where others were merged into it.
  add column fields_before_merge jsonb;

-- Which attempt sent a value, and to which record: with the outcome of that attempt it says what the CRM has for certain.
alter table ledger.echoes
  add column sent_by bigint,
  add column sent_attempt integer,
  -- Null where the write made the record.
  add column sent_to text;

-- Keys of effects whose commands were pruned: an effect happens once, however long ago.
create table ledger.kept_effects (
  connection_id text not null references connections.connections (id) on delete cascade,
  effect_key text not null,
  command_id bigint not null,
  primary key (connection_id, effect_key)
);

-- Updates of these tables change no indexed column, so with room in the page they need no new index entry.
alter table ledger.attempts set (fillfactor = 85);
alter table ledger.echoes set (fillfactor = 80);

-- A command leaves dead entries in the partial indexes, which every claim reads. What is dead is therefore counted in rows and
-- not in parts of a history that only grows, and the indexes are always cleaned. Statistics are renewed early: plans made for an empty
-- table cost much in a young one.
alter table ledger.commands set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000, vacuum_index_cleanup = on,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
alter table ledger.attempts set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
