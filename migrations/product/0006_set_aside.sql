-- Events that a consumer could not apply: kept whole with the reason, counted, and applied again when somebody asks. The event
-- counts as processed meanwhile, so that a second delivery of it changes nothing. Needs 0002_inbox.sql.
create table inbox.set_aside (
  id           bigint      generated always as identity primary key,
  consumer     text        not null,
  -- The event's id; of a record that cannot be read its place in Kafka.
  source_key   text        not null,
  tenant_id    text,
  event_key    text,
  event_type   text,
  -- The event as JSON text, not as jsonb, which cannot hold every JSON.
  event        json,
  -- A record that cannot be read as an event, byte for byte.
  record_key   bytea,
  record_value bytea,
  record_headers json,
  code         text        not null,
  reason       text,
  tries        integer     not null default 1,
  set_aside_at timestamptz not null default clock_timestamp(),
  redrive_asked_at timestamptz,
  ended_at     timestamptz,
  ended_as     text check (ended_as in ('applied', 'skipped')),
  unique (consumer, source_key)
);
comment on table inbox.set_aside is 'Events that a consumer could not apply, with the reason; ended once applied or skipped.';

create index set_aside_open on inbox.set_aside (consumer, tenant_id, event_key, id) where ended_at is null;
create index set_aside_asked on inbox.set_aside (consumer, id) where ended_at is null and redrive_asked_at is not null;

-- Asks the consumer to apply an event again; false when it has ended or there is none. The consumer does it in its own process.
create function inbox.redrive(set_aside_id bigint) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  update inbox.set_aside s set redrive_asked_at = clock_timestamp() where s.id = set_aside_id and s.ended_at is null;
  return found;
end
$$;

-- Ends an event without applying it, and asks for those that were held behind it; false when it has ended or there is none.
create function inbox.skip(set_aside_id bigint) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  skipped inbox.set_aside;
begin
  update inbox.set_aside s set ended_at = clock_timestamp(), ended_as = 'skipped'
   where s.id = set_aside_id and s.ended_at is null returning s.* into skipped;
  if skipped.id is null then
    return false;
  end if;
  update inbox.set_aside s set redrive_asked_at = clock_timestamp()
   where s.consumer = skipped.consumer and s.tenant_id = skipped.tenant_id and s.event_key = skipped.event_key
     and s.code = 'INBOX_KEY_HELD' and s.ended_at is null;
  return true;
end
$$;

revoke all on inbox.set_aside from public;
revoke all on function inbox.redrive, inbox.skip from public;
grant select, insert, update on inbox.set_aside to causeway_consumer;
grant select on inbox.set_aside to causeway_operator;
grant execute on function inbox.redrive, inbox.skip to causeway_operator;
