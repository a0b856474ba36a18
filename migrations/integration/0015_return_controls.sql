-- What operators ask of the way back: a forced reading that asserts, and records that carry a name of ours but have no link.

-- Adds records to the dirty set; one that is in it already is marked once more and keeps the time of its first mark.
-- marks: [{"connection_id", "module", "record_id", "reason"}]. In one order, so that those who mark the same records do not deadlock.
-- Of two reasons the stronger one stays: what an operator forces is not forgotten because something else marked the record before.
create or replace function webhooks.mark_dirty(marks jsonb) returns bigint
language sql as $$
  with given as (
    select distinct on (connection_id, module, record_id) connection_id, module, record_id, reason
      from jsonb_to_recordset(marks) as r (connection_id text, module text, record_id text, reason text)
     order by connection_id, module, record_id, array_position(array['forced', 'notification', 'sweep'], reason)
  ), marked as (
    insert into webhooks.dirty as d (connection_id, module, record_id, reason)
    select connection_id, module, record_id, reason from given order by connection_id, module, record_id
        on conflict (connection_id, module, record_id) do update
       set marks = d.marks + 1, not_before = now(),
           reason = case when d.reason = 'sweep' or excluded.reason = 'forced' then excluded.reason else d.reason end
    returning 1
  )
  select count(*) from marked
$$;

-- Records of the CRM whose identity field holds something, and that we have no link to: somebody else's number, or a link that is to come.
create table webhooks.unmatched (
  connection_id text not null references connections.connections (id) on delete cascade,
  module text not null,
  record_id text not null,
  -- As a link would be named: module and value of the identity field.
  record_key text not null,
  field text not null,
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  tries integer not null default 1,
  -- When it is read again without a link; null: no more, it is listed.
  try_at timestamptz,
  primary key (connection_id, module, record_id)
);
create index unmatched_by_name on webhooks.unmatched (connection_id, record_key);
