-- What comes back from the CRM: records that are only made, and what people changed that is not theirs to change.
alter table ledger.commands
  -- The write only makes the record: where there is a link already, nothing is sent.
  add column ensure boolean not null default false;

create table webhooks.conflicts (
  id bigint generated always as identity primary key,
  connection_id text not null references connections.connections (id) on delete cascade,
  module text not null,
  record_id text not null,
  record_key text not null,
  -- refused: a move that the pack does not allow. unrecognised: taken over without being understood. deleted: by a person.
  kind text not null check (kind in ('conflict', 'refused', 'unrecognised', 'deleted')),
  field text,
  -- SHA-256 of the values in canonical form: two lines can be compared, and none of them can be read.
  product_hash bytea,
  crm_hash bytea,
  -- False: the CRM's value was left standing.
  restored boolean not null,
  changed_by text,
  changed_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  -- The fold that it comes from.
  fold_id text not null
);
create index conflicts_by_record on webhooks.conflicts (connection_id, record_key, field, id);
create index conflicts_by_time on webhooks.conflicts (connection_id, id);
