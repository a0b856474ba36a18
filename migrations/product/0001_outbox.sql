-- The outbox that a product installs: one table that the product may only insert into, in the transaction of its own
-- change, and that the publisher streams to Kafka by logical replication. Plain Postgres 16 or later; the server needs
-- wal_level = logical. Run it as the owner of the database with CREATEROLE, in one transaction.

create schema outbox;
comment on schema outbox is 'What this database has to tell Kafka. Insert through outbox.emit(), in the transaction of the change.';

-- Roles belong to the cluster, not to the database: they may exist already, or another database's migration may be creating
-- them at this moment. They are groups without login; grant them to the login roles of the product and the publisher.
do $$
declare
  group_name text;
begin
  foreach group_name in array array['causeway_emitter', 'causeway_publisher', 'causeway_operator'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = group_name) then
      begin
        execute format('create role %I nologin', group_name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
  end loop;
end
$$;

-- Ids are UUIDs of version 7 (RFC 9562): they sort by time. Postgres 18 has a function for them; the portable one gives the
-- same form: 48 bits of milliseconds, 12 bits of the fraction of a millisecond, the rest random.
create function outbox.uuid_v7_portable() returns uuid
language sql volatile parallel safe
return (
  select encode(
    substring(int8send(micros / 1000) from 3)
      || substring(int4send((x'7000'::integer + micros % 1000 * 4096 / 1000)::integer) from 3)
      || substring(uuid_send(gen_random_uuid()) from 9),
    'hex')::uuid
  from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros) as clock
);

do $$
begin
  execute format(
    'create function outbox.uuid_v7() returns uuid language sql volatile parallel safe return %s()',
    case when to_regprocedure('pg_catalog.uuidv7()') is null then 'outbox.uuid_v7_portable' else 'pg_catalog.uuidv7' end);
end
$$;

create function outbox.default_tenant() returns text
language sql stable parallel safe
return coalesce(nullif(current_setting('outbox.tenant', true), ''), 'default');
comment on function outbox.default_tenant() is
  'Tenant of events that name none: the setting outbox.tenant (SET LOCAL in a transaction, -c in the connection''s options, or ALTER DATABASE by a superuser), else ''default''.';

create table outbox.events (
  id             uuid        not null default outbox.uuid_v7(),
  aggregate_type text        not null,
  aggregate_id   text        not null,
  event_type     text        not null,
  event_version  integer     not null default 1,
  partition_key  text,
  tenant_id      text        not null default outbox.default_tenant(),
  payload        jsonb       not null,
  headers        jsonb       not null default '{}',
  occurred_at    timestamptz not null default now(),
  created_at     timestamptz not null default clock_timestamp(),
  primary key (id, created_at),
  constraint aggregate_type_fits_a_topic check (aggregate_type ~ '^[A-Za-z0-9._-]{1,200}$'),
  constraint event_type_is_given check (event_type <> ''),
  constraint event_version_is_positive check (event_version > 0),
  constraint tenant_id_is_given check (tenant_id <> ''),
  constraint payload_is_an_object check (jsonb_typeof(payload) = 'object'),
  constraint headers_are_an_object check (jsonb_typeof(headers) = 'object')
) partition by range (created_at);

comment on table outbox.events is 'Domain events on their way to Kafka. Insert only; partitioned by UTC day.';
comment on column outbox.events.aggregate_type is 'Second part of the topic: <product>.<aggregate_type>.';
comment on column outbox.events.partition_key is 'Key of the Kafka record; null means the aggregate id. Order holds within a key.';
comment on column outbox.events.headers is 'Further Kafka headers as an object of texts, such as traceparent.';
comment on column outbox.events.occurred_at is 'When it happened; start of the transaction unless given.';
comment on column outbox.events.created_at is 'When the row was written; decides its partition. Leave it to the default.';

-- Without a partition for its day a row would fail, and with it the product's transaction.
create table outbox.events_default partition of outbox.events default;

-- Named arguments are optional and null means "as if left out":
--   select outbox.emit('user', '42', 'user.signed_up', '{"email": "ana@example.test"}', tenant_id => 'portal');
create function outbox.emit(
  aggregate_type text,
  aggregate_id   text,
  event_type     text,
  payload        jsonb,
  tenant_id      text        default null,
  event_version  integer     default null,
  partition_key  text        default null,
  headers        jsonb       default null,
  occurred_at    timestamptz default null,
  id             uuid        default null
) returns uuid
language plpgsql volatile as $$
declare
  -- Not `insert ... returning`: that would ask for the right to select, which emitters do not have.
  event_id uuid := coalesce(emit.id, outbox.uuid_v7());
begin
  insert into outbox.events
    (id, aggregate_type, aggregate_id, event_type, event_version, partition_key, tenant_id, payload, headers, occurred_at)
  values (
    event_id, emit.aggregate_type, emit.aggregate_id, emit.event_type, coalesce(emit.event_version, 1),
    coalesce(emit.partition_key, emit.aggregate_id), coalesce(emit.tenant_id, outbox.default_tenant()),
    emit.payload, coalesce(emit.headers, '{}'), coalesce(emit.occurred_at, now())
  );
  return event_id;
end
$$;
comment on function outbox.emit is 'Writes one event and returns its id. Call it in the transaction of the change that it tells of.';

-- Creates the partitions of today and the given number of days after it; returns the names of those it made.
-- A day with rows in the default partition stays there: its partition could only be made by moving the rows, and moved rows
-- would be published a second time. Such a day costs nothing but tidiness; drop_partitions() deletes its rows when they are old.
-- A partition is built beside the table and attached, so that writers of other days do not wait.
create function outbox.ensure_partitions(days_ahead integer default 7) returns setof text
language plpgsql security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '1s' as $$
declare
  day date;
  partition_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('outbox.partitions', 0));
  for day in select generate_series(current_date, current_date + days_ahead, interval '1 day')::date loop
    partition_name := 'events_' || to_char(day, 'YYYYMMDD');
    continue when to_regclass('outbox.' || partition_name) is not null;
    if exists (select from outbox.events_default d where d.created_at >= day and d.created_at < day + 1) then
      raise notice 'outbox: % has rows in the default partition and stays there', day;
      continue;
    end if;
    begin
      execute format('create table outbox.%I (like outbox.events including all)', partition_name);
      execute format('alter table outbox.events attach partition outbox.%I for values from (%L) to (%L)',
        partition_name, day, day + 1);
      return next partition_name;
    exception when lock_not_available or check_violation then
      raise notice 'outbox: no partition for % yet, the default partition is in use: %', day, sqlerrm;
    end;
  end loop;
end
$$;
comment on function outbox.ensure_partitions is 'Makes day partitions from today on; operators run it daily. Days with rows in the default partition are left there.';

-- Drops the partitions of days that ended by the given instant and deletes older rows of the default partition; returns the
-- names of the partitions dropped. Publish first: an event that is dropped can still be decoded from the WAL by a healthy slot,
-- but it cannot be sent again. Deletes are not published.
create function outbox.drop_partitions(before timestamptz) returns setof text
language plpgsql security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '1s' as $$
declare
  partition_name text;
begin
  if before is null or before > now() then
    raise exception 'outbox: partitions that are still written to cannot be dropped'
      using errcode = 'invalid_parameter_value', hint = 'Name an instant in the past.';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('outbox.partitions', 0));
  for partition_name in
    select c.relname
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'outbox.events'::regclass
      and c.relname ~ '^events_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= before
    order by c.relname
  loop
    begin
      execute format('drop table outbox.%I', partition_name);
      return next partition_name;
    exception when lock_not_available then
      raise notice 'outbox: % is in use and was not dropped', partition_name;
    end;
  end loop;
  delete from outbox.events_default d where d.created_at < before;
end
$$;
comment on function outbox.drop_partitions is 'Drops days that ended before the instant; run it for what is published and older than the retention.';

select outbox.ensure_partitions();

-- Partitions publish under the name of their parent, whichever partition a row fell into.
create publication causeway_outbox for table outbox.events with (publish = 'insert', publish_via_partition_root = true);

-- The product's role may insert and no more; the publisher's reads this table alone. Logical replication also asks for the
-- attribute REPLICATION, which belongs to login roles and is not inherited:
--   create role portal_publisher login replication password '...' in role causeway_publisher;
revoke all on all tables in schema outbox from public;
revoke all on all functions in schema outbox from public;

grant usage on schema outbox to causeway_emitter, causeway_publisher, causeway_operator;
grant insert on outbox.events to causeway_emitter;
grant execute on function outbox.emit, outbox.uuid_v7, outbox.uuid_v7_portable, outbox.default_tenant to causeway_emitter;
grant select on outbox.events to causeway_publisher, causeway_operator;
grant execute on function outbox.ensure_partitions, outbox.drop_partitions to causeway_operator;
