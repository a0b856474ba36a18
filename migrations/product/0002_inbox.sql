-- The inbox: which events a consumer has applied. A consumer inserts here in the transaction of the change that the event
-- makes, so that an event delivered twice is applied once. Plain Postgres 16 or later; needs 0001_outbox.sql for the roles.

create schema inbox;
comment on schema inbox is 'Which events from Kafka were applied to this database.';

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'causeway_consumer') then
    begin
      create role causeway_consumer nologin;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
end
$$;

create table inbox.processed (
  consumer     text        not null,
  event_id     text        not null,
  processed_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
comment on table inbox.processed is 'One row for each event that a consumer has applied.';
comment on column inbox.processed.consumer is 'Who applied it: a name that stays the same over deployments, such as the consumer group.';

-- Rows are appended in time order, so block ranges are enough to find the old ones and cost next to nothing to keep.
create index processed_by_time on inbox.processed using brin (processed_at) with (autosummarize = on);

-- Repeat until it returns less than at_most. Keep rows at least as long as Kafka keeps the records: one that is delivered
-- again after its row was forgotten is applied again.
create function inbox.forget(before timestamptz, at_most integer default 10000) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  forgotten bigint;
begin
  delete from inbox.processed p
  where p.ctid = any (array(
    select o.ctid from inbox.processed o where o.processed_at < before limit at_most for update skip locked));
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function inbox.forget is 'Deletes at most so many rows that are older than the instant; returns how many.';

revoke all on all tables in schema inbox from public;
revoke all on all functions in schema inbox from public;

grant usage on schema inbox to causeway_consumer, causeway_operator;
grant select, insert on inbox.processed to causeway_consumer;
grant select on inbox.processed to causeway_operator;
grant execute on function inbox.forget to causeway_operator;
