-- Connections: one tenant's credentials and settings for one destination. Secrets are sealed by the application
-- (AES-256-GCM); Postgres never sees them in the clear.
create schema connections;

create table connections.connections (
  id text primary key,
  tenant_id text not null,
  destination text not null,
  state text not null default 'active' check (state in ('active', 'paused', 'action_needed', 'disconnected')),
  state_code text,
  state_reason text,
  accounts_url text not null,
  -- API domains that a token's answer may name beside the destination's own ones, such as a simulator's.
  api_domains text[] not null default '{}',
  client_id text not null,
  client_secret_sealed text not null,
  refresh_token_sealed text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, destination)
);

comment on column connections.connections.settings is
  'Constants of the fold and of the way back; watch: module -> field names whose edits give generic events';

-- One access token a connection, shared by all replicas: the destination mints only ten in ten minutes.
create table connections.tokens (
  connection_id text primary key references connections.connections (id) on delete cascade,
  token_sealed text not null,
  updated_at timestamptz not null default now()
);
