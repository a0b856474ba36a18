-- What the lifeline of a record shows beside what was kept before: how a fold changed the state, what a call cost, and which records an
-- entity had earlier.

-- Path in the state -> [before, after], of those parts that the step changed; null where it changed none. Holds what the state holds.
alter table relay.folds add column changes jsonb;

-- The command's part of the credits of the calls that were made for it and for those beside it; null where nobody counted.
alter table ledger.attempts add column credits real;

-- Folds go by mapping, tenant and key; who asks for an entity by its name finds its states here.
create index states_by_key on relay.states (key);

-- Links as they were before they came to name another record, or none: conversions, merges, deletes.
create table ledger.former_links (
  id bigint generated always as identity primary key,
  connection_id text not null,
  record_key text not null,
  product text not null,
  entity_type text not null,
  entity_id text not null,
  module text not null,
  record_id text not null,
  generation integer not null,
  linked_at timestamptz not null,
  ended_at timestamptz not null default clock_timestamp()
);
create index former_links_by_entity on ledger.former_links (product, entity_id);
create index former_links_by_record on ledger.former_links (connection_id, module, record_id);

create function ledger.keep_former_link() returns trigger language plpgsql as $$
begin
  insert into ledger.former_links (connection_id, record_key, product, entity_type, entity_id, module, record_id, generation, linked_at)
  values (old.connection_id, old.record_key, old.product, old.entity_type, old.entity_id, old.module, old.record_id, old.generation,
          old.linked_at);
  return null;
end
$$;

create trigger links_moved after update of module, record_id on ledger.links for each row
  when ((old.module, old.record_id) is distinct from (new.module, new.record_id)) execute function ledger.keep_former_link();
create trigger links_dropped after delete on ledger.links for each row execute function ledger.keep_former_link();
