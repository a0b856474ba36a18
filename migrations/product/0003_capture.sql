-- Declared capture: a trigger that writes the outbox for a product whose code cannot be changed.
--
--   select outbox.capture('public.users',
--     aggregate_type => 'user', id_column => 'id', tenant_id => 'portal',
--     columns => array['id', 'email', 'full_name', 'phone']);
--
-- capture() writes one trigger function for the table instead of using one generic function with arguments: a generic one has to
-- turn the whole row into JSON to find columns by name, and so reads columns that were not listed, or has to parse dynamic SQL
-- for each row. A written one touches the listed columns only, compares them with their own types and has cached plans.
--
-- Whoever declares a capture must be the owner of the outbox (or a superuser) with the right to create triggers on the table.
-- Errors of a declaration have SQLSTATE OB001.

-- Why a table cannot be captured like that: message and hint; no row when it can.
create function outbox.capture_problem(target regclass, id_column text, columns text[])
returns table (message text, hint text)
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  listed text;
begin
  if (select c.relkind not in ('r', 'p') from pg_class c where c.oid = target) then
    return query select format('%s is no table', target), 'Only tables can be captured.';
    return;
  end if;
  if coalesce(cardinality(columns), 0) = 0 or array_position(columns, null) is not null then
    return query select format('no columns of %s are listed', target), 'List the columns that may leave the table.';
    return;
  end if;
  foreach listed in array columns loop
    if not exists (select from pg_attribute a where a.attrelid = target and a.attname = listed and a.attnum > 0 and not a.attisdropped) then
      return query select format('column %I of %s does not exist', listed, target), 'List columns that the table has.';
      return;
    end if;
    if cardinality(array_positions(columns, listed)) > 1 then
      return query select format('column %I of %s is listed twice', listed, target), 'List each column once.';
      return;
    end if;
    if exists (select from pg_attribute a where a.attrelid = target and a.attname = listed and a.attgenerated = 'v') then
      return query select format('column %I of %s is generated when read: triggers cannot see it', listed, target),
        'Leave it out, or make it a stored generated column.';
      return;
    end if;
  end loop;
  if 'changed' = any (columns) then
    return query select format('column "changed" of %s cannot be captured: updates name the changed columns under that key', target),
      'Leave it out.';
    return;
  end if;
  if id_column is null or not id_column = any (columns) then
    return query select format('the id column of %s is not among the listed columns', target), 'List the id column too.';
    return;
  end if;
  -- A deferrable constraint does not hold while triggers run: two rows could swap their ids and end as deleted.
  if not exists (
    select from pg_attribute a
    join pg_index i on i.indrelid = a.attrelid and i.indnkeyatts = 1 and i.indkey[0] = a.attnum
    where a.attrelid = target and a.attname = id_column and a.attnotnull
      and i.indisunique and i.indimmediate and i.indisvalid and i.indpred is null
  ) then
    return query select format('column %I of %s is not unique and not null', id_column, target),
      'Name an id column that is not null and has a primary key or unique constraint of its own that is not deferrable.';
  end if;
end
$$;

-- An expression that is true when the column differs between OLD and NEW. Types without equality (json, xml, point), or whose
-- equality cannot be found by the pinned search path, are compared as text; so are composites, whose fields may have such types.
create function outbox.capture_difference(target regclass, listed text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  category "char" := (
    select t.typcategory from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = target and a.attname = listed);
begin
  if category <> 'C' then
    execute format('select t.%1$I%2$s is distinct from t.%1$I%2$s from %3$s t limit 0',
      listed, case when category = 'A' then '[1]' else '' end, target);
    return format('old.%1$I is distinct from new.%1$I', listed);
  end if;
  return format('old.%1$I::text is distinct from new.%1$I::text', listed);
exception when undefined_function or ambiguous_function then
  return format('old.%1$I::text is distinct from new.%1$I::text', listed);
end
$$;

-- The text of the trigger function. tenant is an expression: a literal, or the default at the time of the change.
create function outbox.capture_body(target regclass, aggregate_type text, id_column text, tenant text, columns text[]) returns text
language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  row_json text;
  differences text;
begin
  -- In chunks, because a function takes at most 100 arguments.
  select string_agg(chunk, ' || ' order by number) into row_json
  from (
    select (position - 1) / 40 as number,
           'jsonb_build_object(' || string_agg(format('%L, new.%I', listed, listed), ', ' order by position) || ')' as chunk
    from unnest(columns) with ordinality as c (listed, position)
    group by 1
  ) as chunks;
  select string_agg(format('case when %s then %L end', outbox.capture_difference(target, listed), listed), E',\n      ' order by position)
  into differences
  from unnest(columns) with ordinality as c (listed, position);

  -- The id is compared as the text that consumers get, byte by byte, whatever its type and collation call equal.
  return format($template$
declare
  changed text[];
begin
  if tg_op = 'UPDATE' and old.%1$I::text collate "C" = new.%1$I::text collate "C" then
    changed := array_remove(array[
      %6$s
    ], null);
    if cardinality(changed) > 0 then
      insert into outbox.events (aggregate_type, aggregate_id, event_type, partition_key, tenant_id, payload)
      values (%2$L, new.%1$I::text, %8$L, new.%1$I::text, %4$s,
        %5$s || jsonb_build_object('changed', changed));
    end if;
    return null;
  end if;
  if tg_op <> 'INSERT' then
    insert into outbox.events (aggregate_type, aggregate_id, event_type, partition_key, tenant_id, payload)
    values (%2$L, old.%1$I::text, %9$L, old.%1$I::text, %4$s, jsonb_build_object(%3$L, old.%1$I));
  end if;
  if tg_op <> 'DELETE' then
    insert into outbox.events (aggregate_type, aggregate_id, event_type, partition_key, tenant_id, payload)
    values (%2$L, new.%1$I::text, %7$L, new.%1$I::text, %4$s, %5$s);
  end if;
  return null;
end
$template$, id_column, aggregate_type, id_column, tenant, row_json, differences,
    aggregate_type || '.created', aggregate_type || '.updated', aggregate_type || '.deleted');
end
$$;

-- Runs the trigger function on a temporary table with the listed columns, in a subtransaction that is always rolled back: a
-- capture that cannot write fails here, when it is declared, and not in the product's statements. The product's own table is
-- not written to, so none of its other triggers fires.
create function outbox.capture_trial(target regclass, function_name text, id_column text, columns text[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  list text := (select string_agg(quote_ident(listed), ', ' order by position) from unnest(columns) with ordinality as c (listed, position));
  sample text;
  rows_found bigint;
begin
  execute format('create temporary table outbox_capture_trial as select %s from %s limit 1', list, target);
  get diagnostics rows_found = row_count;
  -- An empty table has no row to try with. One of these texts is an id in the types that ids have.
  foreach sample in array array['0', '00000000-0000-7000-8000-000000000000', '2000-01-01'] loop
    exit when rows_found > 0;
    begin
      execute format('insert into pg_temp.outbox_capture_trial (%I) values (%L)', id_column, sample);
      rows_found := 1;
    exception when data_exception or check_violation then
      null;
    end;
  end loop;
  execute format('create trigger trial after insert or update or delete on pg_temp.outbox_capture_trial for each row execute function outbox.%I()', function_name);
  insert into pg_temp.outbox_capture_trial select * from pg_temp.outbox_capture_trial;
  execute format('update pg_temp.outbox_capture_trial set %1$I = %1$I', id_column);
  delete from pg_temp.outbox_capture_trial;
  raise exception 'the trial is over' using errcode = 'OB000';
exception when sqlstate 'OB000' then
  null;
end
$$;

create function outbox.capture(
  table_name     regclass,
  aggregate_type text,
  id_column      text,
  columns        text[],
  tenant_id      text default null
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  problem record;
  short_name text := (select left(c.relname, 50) from pg_class c where c.oid = table_name);
  function_name text;
  declaration jsonb := jsonb_build_object('aggregate_type', capture.aggregate_type, 'id_column', capture.id_column,
    'columns', capture.columns, 'tenant_id', capture.tenant_id);
begin
  if table_name is null or capture.aggregate_type !~ '^[A-Za-z0-9._-]{1,200}$' or capture.aggregate_type is null or capture.tenant_id = '' then
    raise exception 'a capture needs a table, an aggregate type of letters, digits, ".", "_" and "-", and a tenant that is not empty'
      using errcode = 'OB001', hint = 'The aggregate type becomes a part of the name of the Kafka topic.';
  end if;
  -- Two declarations for one table wait for each other, and columns cannot change meanwhile. Readers do not wait.
  execute format('lock table %s in share row exclusive mode', table_name);
  for problem in select * from outbox.capture_problem(table_name, id_column, columns) loop
    raise exception '%', problem.message using errcode = 'OB001', hint = problem.hint;
  end loop;

  -- A table that is captured already keeps its function. A name is free when no table uses its function: a renamed table took
  -- its function along, a dropped one left it behind.
  select p.proname into function_name
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgrelid = table_name and t.tgname = '00_causeway_capture';
  if function_name is null then
    select candidate into function_name
    from (select 'capture_' || short_name || case when n = 1 then '' else '_' || n end as candidate from generate_series(1, 1000) n) c
    where not exists (select from pg_trigger t where t.tgfoid = to_regprocedure(format('outbox.%I()', candidate)))
    limit 1;
  end if;

  execute format(
    'create or replace function outbox.%I() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = ''UTC'' as %L',
    function_name,
    outbox.capture_body(table_name, aggregate_type, id_column, coalesce(quote_literal(tenant_id), 'outbox.default_tenant()'), columns));
  execute format('revoke all on function outbox.%I() from public', function_name);
  execute format('alter function outbox.%I() owner to %s', function_name,
    (select c.relowner::regrole from pg_class c where c.oid = 'outbox.events'::regclass));

  -- Triggers fire in the order of their names. This one goes first: a trigger of the product's that changes the row again
  -- would otherwise have its later state told before the earlier one.
  execute format(
    'create or replace trigger "00_causeway_capture" after insert or update or delete on %s for each row execute function outbox.%I(%L)',
    table_name, function_name, declaration);
  perform outbox.capture_trial(table_name, function_name, id_column, columns);
end
$$;
comment on function outbox.capture is 'Declares which columns of a table are told to Kafka as <aggregate_type>.created, .updated and .deleted. Declaring again replaces.';

create function outbox.release(table_name regclass) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  captured_by regprocedure := (
    select t.tgfoid::regprocedure from pg_trigger t where t.tgrelid = table_name and t.tgname = '00_causeway_capture');
begin
  if captured_by is null then
    return false;
  end if;
  execute format('drop trigger "00_causeway_capture" on %s', table_name);
  execute format('drop function %s', captured_by);
  return true;
end
$$;
comment on function outbox.release is 'Ends the capture of a table; false when it was not captured.';

-- What is captured, from the triggers themselves: it cannot be out of date.
-- The case keeps the arguments of other triggers, which are no JSON, from being read, whatever order the planner chooses.
create view outbox.captures as
select
  format('%I.%I', n.nspname, c.relname) as table_name,
  d.declaration ->> 'aggregate_type' as aggregate_type,
  d.declaration ->> 'id_column' as id_column,
  d.declaration ->> 'tenant_id' as tenant_id,
  array(select jsonb_array_elements_text(d.declaration -> 'columns')) as columns,
  t.tgenabled <> 'D' as enabled
from pg_catalog.pg_trigger t
join pg_catalog.pg_class c on c.oid = t.tgrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select case when t.tgname = '00_causeway_capture'
    then convert_from(substring(t.tgargs for length(t.tgargs) - 1), getdatabaseencoding())::jsonb
  end as declaration
) as d
where t.tgname = '00_causeway_capture' and t.tgparentid = 0;
comment on view outbox.captures is 'Tables with a declared capture.';

revoke all on all tables in schema outbox from public;
revoke all on all functions in schema outbox from public;
grant select on outbox.captures to causeway_operator;
