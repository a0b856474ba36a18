-- Tenants with several accounts at one destination, and states of the fold that belong to a connection, not to the tenant.

-- Which of the tenant's accounts it is, such as a Zoho organisation; blank where a tenant has one.
alter table connections.connections add column account text not null default '';
alter table connections.connections drop constraint connections_tenant_id_destination_key;
alter table connections.connections add constraint connections_account_key unique (tenant_id, destination, account);

-- Blank: the state is the tenant's.
alter table relay.states add column connection_id text not null default '';
alter table relay.states drop constraint states_pkey;
alter table relay.states add primary key (mapping, tenant_id, key, connection_id);
alter table relay.folds add column connection_id text not null default '';
