-- Claims look by connection, lane and id, which commands_by_lane serves; nobody asks for this one's order any more, and every insert and
-- every change of a command's state paid for it.
drop index ledger.commands_claimable;
