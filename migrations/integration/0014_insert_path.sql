-- Each command and each fold is written once and looked up rarely: indexes that no query needs go, others hold less.

-- Nobody looks for commands by their event: its folds name the key, and the key names the commands.
drop index ledger.commands_by_event;

-- An entity is looked up by its id; the few commands of a namesake in another product are left out by a look at them.
drop index ledger.commands_by_entity;
create index commands_by_entity on ledger.commands (entity_id);
