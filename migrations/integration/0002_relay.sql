-- The mapper's own state: what each fold knows, and what was said about each event.
create schema relay;

create table relay.states (
  mapping text not null,
  tenant_id text not null,
  key text not null,
  mapping_version integer not null,
  state jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (mapping, tenant_id, key)
);

-- One row an event that was folded or set aside: the first half of a record's lifeline.
create table relay.folds (
  id bigint generated always as identity primary key,
  mapping text not null,
  tenant_id text not null,
  key text not null,
  event_id text not null,
  event_type text not null,
  occurred_at timestamptz not null,
  produced_at timestamptz not null,
  folded_at timestamptz not null default clock_timestamp(),
  verdict text not null check (verdict in ('applied', 'ignored', 'set_aside')),
  reason text,
  problems jsonb not null default '[]',
  commands integer not null default 0
);
create index folds_by_key on relay.folds (mapping, tenant_id, key, id);
create index folds_by_event on relay.folds (event_id);

-- Kafka records that could not be used at all, kept whole so that they can be redriven once the cause is gone.
create table relay.set_aside (
  id bigint generated always as identity primary key,
  topic text not null,
  partition integer not null,
  "offset" bigint not null,
  event_id text,
  event_type text,
  subject text,
  tenant_id text,
  code text not null,
  field text,
  record_key bytea,
  record_value bytea,
  record_headers jsonb not null default '{}',
  set_aside_at timestamptz not null default now(),
  redriven_at timestamptz,
  unique (topic, partition, "offset")
);
create index set_aside_open on relay.set_aside (set_aside_at) where redriven_at is null;
