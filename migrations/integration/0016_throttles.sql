-- How much a second may go out, or be read, by what an operator says. The bucket is shared by all processes.
create table ledger.throttles (
  id bigint generated always as identity primary key,
  -- To the CRM (commands), or from it (calls that read).
  direction text not null check (direction in ('out', 'in')),
  -- What it is about: all that is said must fit, null says nothing.
  connection_id text references connections.connections (id) on delete cascade,
  mapping text,
  operation text,
  module text,
  record_key text,
  unit text not null check (unit in ('calls', 'commands')),
  per_second double precision not null check (per_second > 0 and per_second <= 10000),
  -- What may go now, at most what a second gives and at least one; below zero while calls wait for their turn.
  tokens double precision not null,
  filled_at timestamptz not null default clock_timestamp(),
  reason text not null,
  set_by text not null,
  set_at timestamptz not null default now(),
  -- A call that reads says nothing of packs, types and records.
  check (direction = 'out' or (unit = 'calls' and num_nonnulls(mapping, operation, module, record_key) = 0))
);
create unique index throttles_once
  on ledger.throttles (direction, connection_id, mapping, operation, module, record_key) nulls not distinct;
