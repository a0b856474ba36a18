-- Credits of the CRM's rolling 24 hours, counted before each call, by slots of five minutes and class of work.
create table ledger.credits (
  connection_id text not null references connections.connections (id) on delete cascade,
  slot timestamptz not null,
  lane text not null check (lane in ('live', 'retry', 'replay', 'backfill', 'reconcile')),
  credits integer not null,
  primary key (connection_id, slot, lane)
);

-- What an organisation may do, as it was learned last. Null credits: no cap, or not known.
create table ledger.credit_limits (
  connection_id text primary key references connections.connections (id) on delete cascade,
  credits bigint,
  concurrency integer not null,
  learned_at timestamptz not null
);

-- Live commands are claimed in front of the other lanes, however many of those wait.
create index commands_by_lane on ledger.commands (connection_id, lane, id) where state in ('ready', 'in_flight', 'unknown');
