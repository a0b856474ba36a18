-- Readings ask for the links of records by their ids, of whatever kind: neither index for one kind alone serves that, and every batch
-- read all links.
create index links_of_records on ledger.links (connection_id, record_id);
drop index ledger.links_by_shared_record;
