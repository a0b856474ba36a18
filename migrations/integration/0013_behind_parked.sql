-- Commands that wait behind a parked one are kept out of what a claim looks at, however many they are.

-- A hint, never what the order rests on: the claim asks for earlier open commands all the same. False for one that waits behind a parked
-- command costs a look with each claim; true for one that does not would leave it waiting, so who takes a command out of
-- `parked` clears its followers, and who marks one holds the row of the parked command meanwhile.
alter table ledger.commands add column behind_parked boolean not null default false;

update ledger.commands c set behind_parked = true
 where c.state = 'ready' and exists (
   select 1 from ledger.commands p
    where p.connection_id = c.connection_id and p.record_key = c.record_key and p.state = 'parked' and p.id < c.id);

drop index ledger.commands_by_lane;
create index commands_by_lane on ledger.commands (connection_id, lane, id)
  where state in ('ready', 'in_flight', 'unknown') and not behind_parked;
-- Whoever adds a command asks whether its record has a parked one.
create index commands_parked_records on ledger.commands (connection_id, record_key) where state = 'parked';

-- What waits behind a command that was parked just now. Commands that somebody else has his hands on keep their mark: to wait for them
-- here could be a deadlock.
create function ledger.mark_behind_parked() returns trigger language plpgsql as $$
begin
  update ledger.commands c set behind_parked = true
   where c.id in (
     select f.id from ledger.commands f
      where f.connection_id = new.connection_id and f.record_key = new.record_key and f.id > new.id
        and f.state = 'ready' and not f.behind_parked
        for update skip locked);
  return null;
end
$$;

-- A statement of its own, after the one that changed the parked command: it sees what others added and marked while that one waited
-- for them.
create function ledger.clear_behind_parked() returns trigger language plpgsql as $$
begin
  update ledger.commands c set behind_parked = false
   where c.connection_id = old.connection_id and c.record_key = old.record_key and c.behind_parked
     and c.state in ('ready', 'in_flight', 'unknown', 'parked');
  return null;
end
$$;

create trigger commands_parked after update of state on ledger.commands
  for each row when (new.state = 'parked' and old.state <> 'parked') execute function ledger.mark_behind_parked();
create trigger commands_unparked after update of state on ledger.commands
  for each row when (old.state = 'parked' and new.state <> 'parked') execute function ledger.clear_behind_parked();
create trigger commands_parked_deleted after delete on ledger.commands
  for each row when (old.state = 'parked') execute function ledger.clear_behind_parked();
