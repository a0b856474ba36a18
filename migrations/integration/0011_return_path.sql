-- The way back, complete even when the CRM sends nothing: channels whose secrets rotate, gaps that are remembered, sweeps that go on
-- where they were, and turns that are fair between tenants.

alter table webhooks.channels
  add column events text[] not null default '{}',
  -- What the CRM was told last: events, fields and secrets. Something else is wanted: it is told again.
  add column told text,
  -- The secrets before a rotation: accepted until the CRM has used the new ones for a while.
  add column previous_address_hash bytea unique,
  add column previous_token_sealed text,
  add column rotated_at timestamptz,
  add column previous_until timestamptz,
  add column rotate_asked_at timestamptz,
  add column renew_asked_at timestamptz,
  -- When the CRM was last seen to have the channel.
  add column confirmed_at timestamptz,
  add column failed_at timestamptz,
  add column failure_code text,
  add column failure_reason text;

create index deliveries_by_time on webhooks.deliveries using brin (received_at) with (autosummarize = on);

-- A time in which notifications may not have arrived, and why. Null: every connection, every module.
create table webhooks.gaps (
  id bigint generated always as identity primary key,
  connection_id text references connections.connections (id) on delete cascade,
  module text,
  since timestamptz not null,
  until timestamptz not null,
  reason text not null check (reason in ('downtime', 'postgres', 'rate', 'expired', 'forgotten', 'new', 'asked')),
  noted_at timestamptz not null default clock_timestamp()
);

-- One row for each process that takes notifications: who stopped beating without a word left a gap.
create table webhooks.receivers (
  id text primary key,
  started_at timestamptz not null default clock_timestamp(),
  beat_at timestamptz not null default clock_timestamp(),
  stopped_at timestamptz
);

-- How far a module of a connection has been read by Modified_Time, and how far the run under way has come.
create table webhooks.sweeps (
  connection_id text not null references connections.connections (id) on delete cascade,
  module text not null,
  -- By the CRM's clock: everything modified, or deleted, before it was seen. Null: the first run, the snapshot, is not through.
  swept_to timestamptz,
  deleted_to timestamptz,
  due_at timestamptz not null default clock_timestamp(),
  -- A gap asks for a sweep from here on, by our clock.
  asked_since timestamptz,
  asked_reason text,
  -- Rises with each gap: one that is noted during a run is not closed by it.
  asks bigint not null default 0,
  run_kind text check (run_kind in ('snapshot', 'sweep')),
  run_phase text check (run_phase in ('modified', 'deleted')),
  run_started_at timestamptz,
  run_since timestamptz,
  run_high timestamptz,
  run_next jsonb,
  run_listed bigint not null default 0,
  run_marked bigint not null default 0,
  run_calls integer not null default 0,
  run_asks bigint,
  last_kind text,
  last_started_at timestamptz,
  last_ended_at timestamptz,
  last_listed bigint,
  last_marked bigint,
  last_calls integer,
  snapshot_at timestamptz,
  failed_at timestamptz,
  failure_code text,
  primary key (connection_id, module)
);

-- What was read of a record and when the reading began: a sweep marks only what changed since.
create table webhooks.seen (
  connection_id text not null references connections.connections (id) on delete cascade,
  module text not null,
  record_id text not null,
  -- Null: it was gone.
  modified_at timestamptz,
  read_at timestamptz not null,
  primary key (connection_id, module, record_id)
);

-- Whose turn it is: the tenant that was served longest ago is read first.
create table webhooks.turns (
  connection_id text primary key references connections.connections (id) on delete cascade,
  served_at timestamptz not null
);

create index dirty_by_turn on webhooks.dirty (connection_id, (reason = 'sweep'), first_marked_at);

-- Adds records to the dirty set; one that is in it already is marked once more and keeps the time of its first mark.
-- marks: [{"connection_id", "module", "record_id", "reason"}]. In one order, so that those who mark the same records do not deadlock.
create function webhooks.mark_dirty(marks jsonb) returns bigint
language sql as $$
  with given as (
    select distinct on (connection_id, module, record_id) connection_id, module, record_id, reason
      from jsonb_to_recordset(marks) as r (connection_id text, module text, record_id text, reason text)
     order by connection_id, module, record_id, (reason = 'sweep')
  ), marked as (
    insert into webhooks.dirty as d (connection_id, module, record_id, reason)
    select connection_id, module, record_id, reason from given order by connection_id, module, record_id
        on conflict (connection_id, module, record_id) do update
       set marks = d.marks + 1, not_before = now(),
           reason = case when d.reason = 'sweep' then excluded.reason else d.reason end
    returning 1
  )
  select count(*) from marked
$$;

-- Remembers a gap and makes the sweeps due that close it.
create function webhooks.note_gap(gap_connection text, gap_module text, gap_since timestamptz, gap_until timestamptz, gap_reason text)
returns void
language sql as $$
  insert into webhooks.gaps (connection_id, module, since, until, reason)
  values (gap_connection, gap_module, gap_since, gap_until, gap_reason);
  update webhooks.sweeps s
     set due_at = least(s.due_at, clock_timestamp()),
         asked_since = least(s.asked_since, gap_since), asked_reason = gap_reason,
         asks = s.asks + 1
   where (gap_connection is null or s.connection_id = gap_connection) and (gap_module is null or s.module = gap_module)
$$;
