-- The fold engine, used by the relay and by the way back: what is folded from the CRM stands in one order with the events of
-- its key, and what was set aside can be folded again.

-- Null: the key is locked for its first fold, or nothing has changed it yet.
alter table relay.states alter column state drop not null;
-- How many steps of the key were folded.
alter table relay.states add column sequence bigint not null default 0;
-- A digest of the schedule that is in relay.timers: one that stays as it is needs no statement. Null: none.
alter table relay.states add column schedule text;
-- A state is written with most events of its key: room for the new version on the same page.
alter table relay.states set (fillfactor = 70);

-- Schedules from before the digest are put in place anew with the next fold of their key.
update relay.states s set schedule = '' where exists (
  select 1 from relay.timers t where t.mapping = s.mapping and t.tenant_id = s.tenant_id and t.key = s.key);

alter table relay.folds
  add column source text not null default 'event' check (source in ('event', 'crm')),
  -- Place among the folds of the key; null for those from before it was counted, which come first, by id.
  add column sequence bigint,
  -- What was folded, where no topic holds it.
  add column input jsonb;

alter table relay.set_aside
  -- The inbox knows its id, so that Kafka's second delivery is dropped, and only a redrive can fold it.
  add column admitted boolean not null default false,
  add column redrives integer not null default 0,
  add column redrive_tried_at timestamptz;
update relay.set_aside set admitted = true where code not in ('EVENT_MALFORMED', 'EVENT_UNMAPPED');

-- A foreign key looks at the connection once for each command: a third of what inserting commands costs. The other side keeps the
-- same promise: whoever inserts holds the connection's row, and a connection with commands cannot be deleted.
alter table ledger.commands drop constraint commands_connection_id_fkey;
create function ledger.keep_connection() returns trigger language plpgsql as $$
begin
  if exists (select 1 from ledger.commands where connection_id = old.id) then
    raise foreign_key_violation using message = format('connection %s has commands', old.id);
  end if;
  return old;
end
$$;
create trigger keep_connection before delete on connections.connections
  for each row execute function ledger.keep_connection();
