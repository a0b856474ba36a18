-- What comes of commands: waits by cause, circuits of connections, what people hold, park and decide, and who did it.
alter table ledger.commands
  -- Attempts that are not counted as tries: the destination had no room, or the command was given back before its call.
  add column throttles integer not null default 0,
  -- Since when it has been tried in vain; a person is called after a day.
  add column trying_since timestamptz,
  -- Fields as the mapping asked for them, where an operator changed them.
  add column original_fields jsonb;

create index commands_trying on ledger.commands (trying_since)
  where trying_since is not null and state in ('ready', 'in_flight', 'unknown');

-- One row a connection whose destination has failed: all processes count and decide on it, under its lock, by this clock.
create table ledger.circuits (
  connection_id text primary key references connections.connections (id) on delete cascade,
  state text not null check (state in ('closed', 'open', 'half_open')),
  -- Calls that failed one after another.
  failures integer not null default 0,
  -- How often it opened since it was last closed: the pause doubles with it.
  trips integer not null default 0,
  -- Open: when a probe may go out. Half open: when the probe counts as lost.
  until_at timestamptz,
  changed_at timestamptz not null default now()
);

-- What people hold back, beside whole connections (their state says so). Null: any. All that is said must fit a command.
create table ledger.holds (
  id bigint generated always as identity primary key,
  connection_id text references connections.connections (id) on delete cascade,
  mapping text,
  operation text,
  module text,
  record_key text,
  reason text not null,
  held_by text not null,
  held_at timestamptz not null default now(),
  check (num_nonnulls(connection_id, mapping, operation, module, record_key) > 0)
);
create unique index holds_once on ledger.holds (connection_id, mapping, operation, module, record_key) nulls not distinct;

-- Records that people deleted and that operators leave alone from then on, until they are restored.
create table ledger.released (
  connection_id text not null references connections.connections (id) on delete cascade,
  record_key text not null,
  released_at timestamptz not null default now(),
  primary key (connection_id, record_key)
);

-- A record that a person deleted: it may come out of the recycle bin, and until then no lookup names it.
alter table ledger.links add column lost_at timestamptz;
create index links_lost on ledger.links (connection_id, module, record_id) where lost_at is not null;
-- Generations go on counting when an entity gets a record again.
alter table ledger.unlinked add column generation integer not null default 0;

-- What operators changed: who, what, when and why. No values.
create table ledger.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  by_whom text not null,
  verb text not null,
  reason text not null,
  connection_id text,
  record_key text,
  command_id bigint,
  details jsonb not null default '{}'
);
create index audit_by_record on ledger.audit (connection_id, record_key, id);
