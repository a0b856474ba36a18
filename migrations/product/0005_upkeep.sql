-- The publisher keeps the outbox small: it makes partitions ahead, and drops what it has published and what is older than the
-- configured retention. It does not own the table and may only read it, so it does so through these functions.

-- Drops day partitions that ended by `before`, and deletes older rows of the default partition, as far as all their rows were
-- written by transactions that had ended when the caller looked: `horizon` is pg_snapshot_xmin(pg_current_snapshot()) of that
-- moment. The caller vouches that everything that committed before it is in Kafka. A row's own transaction says whether it
-- is older, not its created_at, which anybody may set and which is the time of the insert, not of the commit.
--
-- Returns a row for each partition dropped, and one for the default partition with the number of rows deleted from it, at
-- most `at_most`. What is in use is left for the next time: a short lock timeout, because writers queue up behind a waiting drop.
create function outbox.drop_published(before timestamptz, horizon xid8, at_most integer default 10000)
returns table (partition_name text, deleted bigint)
language plpgsql security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '200ms' as $$
declare
  candidate text;
  has_later_rows boolean;
begin
  if before is null or horizon is null or before > now() then
    raise exception 'outbox: partitions that are still written to cannot be dropped'
      using errcode = 'invalid_parameter_value', hint = 'Name an instant in the past and a horizon.';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('outbox.partitions', 0));
  for candidate in
    select c.relname
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'outbox.events'::regclass
      and c.relname ~ '^events_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= before
    order by c.relname
  loop
    begin
      -- From here on nobody writes to it, and whoever has written to it is through.
      execute format('lock table outbox.%I in share mode', candidate);
      execute format('select exists (select from outbox.%I e where age(e.xmin) <= age($1::xid))', candidate)
        into has_later_rows using horizon;
      if has_later_rows then
        raise notice 'outbox: % has rows that may not be published yet', candidate;
        continue;
      end if;
      execute format('drop table outbox.%I', candidate);
      partition_name := candidate;
      deleted := null;
      return next;
    exception when lock_not_available or deadlock_detected then
      raise notice 'outbox: % is in use and was not dropped', candidate;
    end;
  end loop;
  delete from outbox.events_default d
   where d.ctid = any (array(
     select o.ctid from outbox.events_default o
      where o.created_at < before and age(o.xmin) > age(horizon::xid) limit at_most));
  get diagnostics deleted = row_count;
  partition_name := 'events_default';
  return next;
end
$$;
comment on function outbox.drop_published is
  'Drops days that ended before the instant and hold nothing from transactions after the horizon; the publisher calls it for what is in Kafka.';

revoke all on function outbox.drop_published from public;
grant execute on function outbox.drop_published to causeway_publisher, causeway_operator;
grant execute on function outbox.ensure_partitions to causeway_publisher;
