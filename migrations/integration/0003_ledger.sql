-- The ledger: every intended change of an external record, what was tried, what came of it.
create schema ledger;

create table ledger.commands (
  id bigint generated always as identity primary key,
  connection_id text not null references connections.connections (id),
  -- <module>/<identity value>: commands of one key are applied in the order of their ids.
  record_key text not null,
  product text not null,
  entity_type text not null,
  entity_id text not null,
  mapping text not null,
  mapping_version integer not null,
  event_id text not null,
  occurred_at timestamptz not null,
  lane text not null check (lane in ('live', 'retry', 'replay', 'backfill', 'reconcile')),
  operation text not null check (operation in ('write', 'delete')),
  module text not null,
  identity_field text not null,
  identity_value text not null,
  fields jsonb not null,
  trigger text[] not null,
  when_converted text not null check (when_converted in ('follow', 'skip')),
  state text not null default 'ready'
    check (state in ('ready', 'in_flight', 'unknown', 'parked', 'succeeded', 'skipped')),
  not_before timestamptz not null default now(),
  -- Counted when an attempt starts and when it ends: a difference is a process that died in between.
  attempts_started integer not null default 0,
  attempts_finished integer not null default 0,
  -- Attempts that ended throttled, unavailable or unknown: the schedule of retries goes by them.
  failures integer not null default 0,
  lease_owner text,
  lease_until timestamptz,
  code text,
  reason text,
  field text,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz
);

-- Both indexes hold open commands only, so they stay small however long the history grows.
create index commands_open on ledger.commands (connection_id, record_key, id)
  where state in ('ready', 'in_flight', 'unknown', 'parked');
create index commands_claimable on ledger.commands (connection_id, id) where state in ('ready', 'in_flight', 'unknown');
create index commands_parked on ledger.commands (id) where state = 'parked';
create index commands_by_entity on ledger.commands (product, entity_id, id);
create index commands_by_event on ledger.commands (event_id);

create table ledger.attempts (
  command_id bigint not null references ledger.commands (id) on delete cascade,
  number integer not null,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  outcome text,
  code text,
  reason text,
  primary key (command_id, number)
);

-- Product entity <-> external record. The module may differ from that of the key once a person converted the record.
create table ledger.links (
  connection_id text not null references connections.connections (id),
  record_key text not null,
  product text not null,
  entity_type text not null,
  entity_id text not null,
  module text not null,
  record_id text not null,
  generation integer not null default 1,
  linked_at timestamptz not null default now(),
  primary key (connection_id, record_key)
);
create unique index links_by_record on ledger.links (connection_id, module, record_id);
create index links_by_entity on ledger.links (product, entity_id);

-- The value of each field as we last sent or saw it: what a notification brings is an echo if it equals this.
create table ledger.echoes (
  connection_id text not null references connections.connections (id),
  record_key text not null,
  field text not null,
  value jsonb not null,
  source text not null check (source in ('sent', 'seen')),
  at timestamptz not null default clock_timestamp(),
  primary key (connection_id, record_key, field)
);
