-- Events without a table: a logical message in the WAL, which the publisher streams like a row of outbox.events. Nothing is
-- stored in the database, so nothing has to be dropped, and an event cannot be read or sent again from here once it is
-- published. Messages and rows of one transaction keep their order.
--
-- A message is one line of JSON with the columns of outbox.events, a newline, and the payload as it shall lie in Kafka. It is in
-- UTF-8 whatever the database's encoding, since the server passes messages on as they are. It is transactional: one that is not
-- survives a rollback and is refused by the publisher.
--
-- Named arguments are optional and null means "as if left out", as with outbox.emit(). What the table would refuse is refused here.
-- The time zone and style of dates are those of the replication stream, so that a message says a time as a row does.
create function outbox.emit_message(
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
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
declare
  event_id uuid := coalesce(emit_message.id, outbox.uuid_v7());
  tenant text := coalesce(emit_message.tenant_id, outbox.default_tenant());
  problem text := case
    when emit_message.aggregate_type is null or emit_message.aggregate_type !~ '^[A-Za-z0-9._-]{1,200}$' then 'aggregate_type fits no topic'
    when emit_message.aggregate_id is null then 'aggregate_id is null'
    when coalesce(emit_message.event_type, '') = '' then 'event_type is empty'
    when emit_message.event_version <= 0 then 'event_version is not positive'
    when tenant = '' then 'tenant_id is empty'
    when jsonb_typeof(emit_message.payload) is distinct from 'object' then 'payload is no object'
    when jsonb_typeof(emit_message.headers) <> 'object' then 'headers are no object'
  end;
begin
  if problem is not null then
    raise exception 'outbox: %', problem using errcode = 'check_violation';
  end if;
  perform pg_logical_emit_message(true, 'causeway.outbox', convert_to(
    jsonb_build_object(
      'id', event_id,
      'aggregate_type', emit_message.aggregate_type,
      'aggregate_id', emit_message.aggregate_id,
      'event_type', emit_message.event_type,
      'event_version', coalesce(emit_message.event_version, 1),
      'partition_key', coalesce(emit_message.partition_key, emit_message.aggregate_id),
      'tenant_id', tenant,
      'headers', coalesce(emit_message.headers, '{}'),
      'occurred_at', coalesce(emit_message.occurred_at, now())::text
    )::text || chr(10) || emit_message.payload::text, 'UTF8'));
  return event_id;
end
$$;
comment on function outbox.emit_message is
  'Tells of one event in the WAL alone, without a row, and returns its id. Call it in the transaction of the change that it tells of.';

revoke all on function outbox.emit_message from public;
grant execute on function outbox.emit_message to causeway_emitter;
