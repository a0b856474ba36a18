-- Run once by the Postgres image, as its superuser, when its volume is empty: databases and login roles of docker-compose.yml.
-- Tables come from `causeway migrate`. Passwords are those of a playground; nothing of this is reachable from outside.

-- The groups of migrations/product. The migrations make what is missing of them, which would need CREATEROLE; and only who made
-- a group may grant it.
create role causeway_emitter nologin;
create role causeway_publisher nologin;
create role causeway_consumer nologin;
create role causeway_operator nologin;

-- Owner of the product's database, and the role that the product itself uses. It does not know of any CRM.
create role portal login password 'portal';
create database portal owner portal;

-- Owner of the integration database: relay, webhook service, operators.
create role integration login password 'integration';
create database integration owner integration;

-- Reads both outboxes, and nothing else of either database.
create role publisher login replication password 'publisher' in role causeway_publisher;
