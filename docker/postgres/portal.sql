-- The product of the playground: a plain table that knows nothing of all this, and its declared capture. May run again.
create table if not exists public.users (
  id text primary key,
  email text,
  full_name text,
  phone text,
  password_hash text,
  last_seen_at timestamptz
);

select outbox.capture('public.users',
  aggregate_type => 'user', id_column => 'id', tenant_id => 'portal',
  columns => array['id', 'email', 'full_name', 'phone']);
