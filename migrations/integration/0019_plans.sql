-- Plans: what a new mapping version, a replay of keys or a backfill will change, kept so that exactly that is applied.

create table relay.plans (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('mapping', 'replay', 'backfill', 'reconcile')),
  mapping text not null,
  mapping_version integer not null,
  product text not null,
  lane text not null,
  -- Which keys were asked for.
  selection jsonb not null,
  totals jsonb not null,
  state text not null default 'saved' check (state in ('saved', 'applying', 'applied', 'stopped')),
  -- Where the world was another one than the plan says.
  stop jsonb,
  saved_by text not null,
  saved_at timestamptz not null default now(),
  applied_by text,
  ended_at timestamptz
);

-- One row a state that becomes another one or has records to write, in the order in which they are applied.
create table relay.plan_keys (
  plan_id bigint not null references relay.plans (id) on delete cascade,
  ordinal integer not null,
  tenant_id text not null,
  key text not null,
  connection_id text not null default '',
  -- Keys of one batch are applied in one transaction.
  batch integer not null,
  sequence bigint not null,
  -- Null: the state stays.
  state jsonb,
  timers jsonb,
  origin jsonb not null,
  applied_at timestamptz,
  primary key (plan_id, ordinal)
);
create index plan_keys_open on relay.plan_keys (plan_id, batch) where applied_at is null;

create table relay.plan_records (
  plan_id bigint not null,
  ordinal integer not null,
  position integer not null,
  connection_id text not null,
  record_key text not null,
  action text not null check (action in ('create', 'adopt', 'change', 'effect')),
  module text not null,
  record_id text,
  differences jsonb not null,
  command jsonb not null,
  held boolean not null,
  primary key (plan_id, ordinal, position),
  foreign key (plan_id, ordinal) references relay.plan_keys (plan_id, ordinal) on delete cascade
);

-- What differs, or may, and is left alone, with the reason.
create table relay.plan_left (
  plan_id bigint not null references relay.plans (id) on delete cascade,
  ordinal integer not null,
  tenant_id text not null,
  key text not null,
  connection_id text not null default '',
  record_key text,
  reason text not null,
  primary key (plan_id, ordinal)
);

-- Backfills: snapshots of a product's existing entities, written into its outbox page by page. How far each has come.
create table relay.backfills (
  id bigint generated always as identity primary key,
  mapping text not null,
  -- Names the events of the run, so that a page that is written twice is folded once.
  run uuid not null default gen_random_uuid(),
  source_table text not null,
  id_column text not null,
  payload_sql text not null,
  event_type text not null,
  state text not null default 'running' check (state in ('running', 'done')),
  -- The last id that was written, as text; null before the first.
  place text,
  total bigint not null,
  emitted bigint not null default 0,
  started_by text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz
);
