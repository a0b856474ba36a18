-- Effects (notes, tasks, conversions) as commands, commands that wait for links, and links that several records share.
alter table ledger.commands drop constraint commands_operation_check;
alter table ledger.commands
  add constraint commands_operation_check check (operation in ('write', 'delete', 'note', 'task', 'convert')),
  -- True where the identity field is a number in the CRM.
  add column identity_numeric boolean not null default false,
  -- What makes an effect happen once in a connection: <product>/<effect>/<ids>.
  add column effect_key text,
  -- The write never makes the record: it comes from a conversion.
  add column link_only boolean not null default false,
  -- Of a conversion: the records that it makes, [{"module", "identity", "shared"}], and their keys.
  add column makes jsonb not null default '[]',
  add column makes_keys text[] not null default '{}',
  -- Record keys whose links must be known first: the record's own, where the command cannot make it.
  add column needs text[] not null default '{}',
  -- Record keys whose ids its fields name; one that was deleted is left out, the others are waited for.
  add column lookups text[] not null default '{}';

create unique index commands_effects on ledger.commands (connection_id, effect_key) where effect_key is not null;
create index commands_converting on ledger.commands (connection_id)
  where operation = 'convert' and state in ('ready', 'in_flight', 'unknown', 'parked');

-- An Account that a conversion joined belongs to several of our people.
alter table ledger.links add column shared boolean not null default false;
drop index ledger.links_by_record;
create unique index links_by_record on ledger.links (connection_id, module, record_id) where not shared;
create index links_by_shared_record on ledger.links (connection_id, module, record_id) where shared;

-- Entities whose record was deleted: who names one in a lookup does not wait for it.
create table ledger.unlinked (
  connection_id text not null references connections.connections (id),
  record_key text not null,
  at timestamptz not null default now(),
  primary key (connection_id, record_key)
);

-- Schedules of the mappings: at this time, this event, in the mapping's own topic. Replaced with each fold of their key.
create table relay.timers (
  mapping text not null,
  tenant_id text not null,
  key text not null,
  name text not null,
  event_type text not null,
  event_version integer not null,
  subject text not null,
  due_at timestamptz not null,
  -- An entry that was missed is made up for until then.
  until_at timestamptz not null,
  data jsonb not null,
  primary key (mapping, tenant_id, key, name)
);
create index timers_due on relay.timers (due_at);
