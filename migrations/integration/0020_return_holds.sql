-- What people hold back on the way in: marked records that are not read, so that nothing of them is folded or told. Notifications are
-- stored and records marked all the same; what is let go is read as it is then.

create table webhooks.holds (
  id bigint generated always as identity primary key,
  connection_id text not null references connections.connections (id) on delete cascade,
  -- Null: any module; any entity of the product. All that is said must fit a record.
  module text,
  entity_type text,
  entity_id text,
  reason text not null,
  held_by text not null,
  held_at timestamptz not null default clock_timestamp(),
  check ((entity_type is null) = (entity_id is null))
);
create unique index return_holds_once on webhooks.holds (connection_id, module, entity_type, entity_id) nulls not distinct;

-- Whether a record of the CRM is held back on the way in. Asked only while there is a hold at all: it costs a look each time.
create function webhooks.is_held(held_connection text, held_module text, held_record text) returns boolean
language sql stable as $$
  select exists (
    select from webhooks.holds h
     where h.connection_id = held_connection and (h.module is null or h.module = held_module)
       and (h.entity_id is null or exists (
         select from ledger.links l
          where l.connection_id = held_connection and l.module = held_module and l.record_id = held_record
            and l.entity_type = h.entity_type and l.entity_id = h.entity_id)))
$$;
