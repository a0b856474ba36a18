-- The way back: subscriptions, notifications as they came, and the set of records to read again.
create schema webhooks;

create table webhooks.channels (
  -- Chosen by us; the destination echoes it as text.
  id bigint primary key,
  connection_id text not null references connections.connections (id) on delete cascade,
  module text not null,
  -- SHA-256 of the unguessable part of the address: the table alone does not let anybody in.
  address_hash bytea not null unique,
  address_sealed text not null,
  token_sealed text not null,
  fields text[] not null default '{}',
  -- The address that the CRM was told, and until when it will use it.
  notify_url text,
  expires_at timestamptz,
  subscribed_at timestamptz,
  last_notified_at timestamptz,
  created_at timestamptz not null default now(),
  unique (connection_id, module)
);

create table webhooks.deliveries (
  id bigint generated always as identity primary key,
  channel_id bigint not null,
  connection_id text not null,
  received_at timestamptz not null default clock_timestamp(),
  headers jsonb not null,
  body bytea not null,
  processed_at timestamptz,
  code text
);
create index deliveries_open on webhooks.deliveries (id) where processed_at is null;

create table webhooks.dirty (
  connection_id text not null references connections.connections (id) on delete cascade,
  module text not null,
  record_id text not null,
  reason text not null,
  -- Rises with each mark: a record that was marked again while it was read stays in the set.
  marks bigint not null default 1,
  first_marked_at timestamptz not null default clock_timestamp(),
  not_before timestamptz not null default now(),
  lease_owner text,
  lease_until timestamptz,
  primary key (connection_id, module, record_id)
);

-- What became of a record that was read: the second half of its lifeline.
create table webhooks.readings (
  id bigint generated always as identity primary key,
  connection_id text not null,
  module text not null,
  record_id text not null,
  record_key text,
  notified_at timestamptz not null,
  read_at timestamptz not null default clock_timestamp(),
  result text not null check (result in ('echo', 'edit', 'not_ours', 'gone', 'busy')),
  changed_fields text[] not null default '{}',
  event_id uuid
);
create index readings_by_key on webhooks.readings (connection_id, record_key, id);
