-- Replay: where Kafka holds the event of each fold, and replays that write, which can be resumed.

-- The index of events by key: relay.folds has it by (mapping, tenant_id, key) in the order in which the key was folded, so one more
-- column group says where to read. Null for what no topic holds, and for folds from before: those are looked for by produced_at.
alter table relay.folds
  add column topic text,
  add column partition integer,
  add column "offset" bigint;

-- Folds are appended in about the order in which their records were produced: a few pages say in which part of the table a time is.
create index folds_by_time on relay.folds using brin (produced_at) with (autosummarize = on);
-- Keys with something that no topic holds: their events are put in order by their folds.
create index folds_seen on relay.folds (mapping, tenant_id, key) where source = 'crm';

-- A replay that writes. `target`: shadow, commands go to another connection and states are left alone; live, states are folded anew.
create table relay.replays (
  id bigint generated always as identity primary key,
  created_at timestamptz not null default clock_timestamp(),
  by_whom text not null,
  reason text not null,
  state text not null default 'open' check (state in ('open', 'done', 'cancelled')),
  target text not null check (target in ('shadow', 'live')),
  source text not null check (source in ('kafka', 'outbox')),
  mapping text not null,
  mapping_version integer not null,
  -- Name or folder that the mapping is loaded from; a resumed replay has to find the same version there.
  pack text not null,
  connection_id text references connections.connections (id) on delete cascade,
  selection jsonb not null,
  -- Events a second at most; null: as fast as it goes.
  rate integer check (rate > 0),
  keys_total bigint not null,
  -- Keys up to this ordinal are done.
  place bigint not null default 0,
  events bigint not null default 0,
  commands bigint not null default 0,
  -- Keys that were left alone, by reason.
  left_alone jsonb not null default '{}',
  -- Who works on it; only he goes on, until his time is over.
  lease_owner text,
  lease_until timestamptz,
  updated_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  check ((target = 'shadow') = (connection_id is not null))
);

-- The keys of a replay, in the order in which it goes through them. Emptied when it has ended.
create table relay.replay_keys (
  replay_id bigint not null references relay.replays (id) on delete cascade,
  ordinal bigint not null,
  tenant_id text not null,
  key text not null,
  -- Whose state it is, where states are those of connections.
  connection_id text not null default '',
  primary key (replay_id, ordinal)
);
