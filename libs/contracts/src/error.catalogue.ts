import { CRM_OUTCOME_ENTRIES } from './crm.outcome.entries.ts';
import { migrationErrors } from './migration.errors.ts';
import { replayErrors } from './replay.errors.ts';
import { wayBackErrors } from './way-back.errors.ts';

/** Who can do something about it. */
export type ErrorOwner = 'product' | 'platform' | 'sales admin';

export interface CatalogueEntry {
  readonly meaning: string;
  /** What to do, as one or two sentences. */
  readonly action: string;
  readonly owner: ErrorOwner;
}

const entries = {
  // Settings and start-up
  CONFIG_INVALID: {
    meaning: 'A setting is missing, malformed or unknown',
    action: 'Correct the settings that are listed; docs/reference/configuration.md names all of them.',
    owner: 'platform',
  },
  POSTGRES_UNREACHABLE: {
    meaning: 'Postgres does not answer',
    action:
      'Check the address, the network and that the server runs; a service that was running tries again by itself.',
    owner: 'platform',
  },
  KAFKA_UNREACHABLE: {
    meaning: 'No Kafka broker answers',
    action: 'Check CAUSEWAY_KAFKA_BROKERS and that a broker runs; a service that was running tries again by itself.',
    owner: 'platform',
  },
  ...migrationErrors,
  TRANSACTION_REQUIRED: {
    meaning: 'A call that belongs into the transaction of a change was made outside of one',
    action: 'Give it the Kysely transaction, or the pg client on which BEGIN was awaited; never a pool.',
    owner: 'product',
  },
  CAPTURE_TABLE_INVALID: {
    meaning: 'The table cannot be captured as declared',
    action: 'Name existing columns, and an id column that is unique and not null.',
    owner: 'product',
  },

  // Publisher
  WAL_LEVEL_NOT_LOGICAL: {
    meaning: 'The server does not write logical WAL',
    action: 'Set wal_level = logical in postgresql.conf and restart Postgres.',
    owner: 'platform',
  },
  PUBLICATION_MISSING: {
    meaning:
      'The publication is missing or leaves out the table, inserts, rows or columns: what is written now is not streamed',
    action:
      'Create or correct it (the product migrations have it). What was written meanwhile is a gap: the publisher says from when to when, and the commands that lead out.',
    owner: 'platform',
  },
  PUBLICATION_CHANGED: {
    meaning:
      'The publication was altered or created again since the position was stored: rows that were written in between may have been left out',
    action:
      'Find who changed it. Run the commands of ways_out (causeway slot status prints them as well); if nothing can be missing, slot adopt alone.',
    owner: 'platform',
  },
  TIMELINE_DIVERGED: {
    meaning:
      'After a failover the server goes on from a place before the position in Kafka: Kafka holds events that this server never had',
    action:
      'Compare what was published since left_at; set synchronized_standby_slots so that it cannot happen again. causeway slot adopt goes on where the slot stands: nothing is missing, some events come twice.',
    owner: 'platform',
  },
  SOURCE_IS_STANDBY: {
    meaning: 'The source database is a standby that follows a primary',
    action:
      'Nothing during a failover: the publisher waits until it is promoted. Else let the URL lead to the primary.',
    owner: 'platform',
  },
  OUTBOX_UPKEEP_FAILED: {
    meaning: 'Day partitions could not be created or dropped, or old rows not be deleted; publishing goes on',
    action:
      'See the reason; it is tried again by itself. Run causeway migrate product where functions or rights are missing.',
    owner: 'platform',
  },
  TOPIC_PARTITIONS_CHANGED: {
    meaning:
      'A topic has another number of partitions than before: keys would move to other partitions, and lose their order',
    action:
      'Let consumers read to the end, then causeway slot adopt accepts the topic as it is. Where it was created again, causeway outbox resend fills it.',
    owner: 'platform',
  },
  SLOT_MISSING: {
    meaning: 'The replication slot is gone though Kafka holds a position for it: events may be missing in between',
    action:
      'Find what dropped it. causeway slot status prints the ways out: slot recreate --no-adopt, outbox resend, slot adopt.',
    owner: 'platform',
  },
  SLOT_LOST: {
    meaning: 'The server invalidated the replication slot: the WAL it needs is gone',
    action:
      'Give the server more room for WAL. causeway slot status prints the ways out: slot recreate --no-adopt, outbox resend, slot adopt.',
    owner: 'platform',
  },
  SLOT_GENERATION_MISMATCH: {
    meaning: 'The slot or its server is not the one that the position in Kafka was written for',
    action:
      'Find who created the slot, or which server this is. causeway slot status prints the ways out: outbox resend for what is missing, then slot adopt.',
    owner: 'platform',
  },
  SLOT_AHEAD_OF_POSITION: {
    meaning: 'The slot was moved past the position in Kafka by somebody else: events in between would be skipped',
    action:
      'Find who moved it. causeway slot status prints the ways out: outbox resend for what is missing, then slot adopt.',
    owner: 'platform',
  },
  SLOT_IN_USE: {
    meaning: 'Another publisher reads the slot',
    action: 'Nothing, if that is meant: this one waits as a standby and takes over.',
    owner: 'platform',
  },
  PUBLISHER_FENCED: {
    meaning: 'Another publisher took over the transactional.id',
    action: 'Nothing, if that is meant: this one starts again as a standby.',
    owner: 'platform',
  },
  TOPIC_MISSING: {
    meaning: 'A topic that an event goes to does not exist',
    action:
      'Create the topic with the declared number of partitions; the publisher goes on by itself. Where it was deleted, causeway outbox resend fills it again.',
    owner: 'platform',
  },
  OUTBOX_ROW_INVALID: {
    meaning: 'An outbox row cannot be produced as it is',
    action:
      'See causeway outbox dead-letters list for the reason; correct that and resend it, or correct the product and emit the event again.',
    owner: 'product',
  },
  OUTBOX_KEY_PARKED: {
    meaning:
      'The key of an event is parked behind an outbox row that cannot be produced: its later events wait in the dead letters',
    action:
      'Correct what the reason of the first one names, then causeway outbox dead-letters release --key: they follow in order.',
    owner: 'product',
  },
  MESSAGE_REFUSED: {
    meaning:
      'A logical message with the prefix of events is not transactional, or the preset takes none: it was not published',
    action:
      'Use outbox.emit_message; a message that is not transactional survives a rollback, so it may tell of what never happened.',
    owner: 'product',
  },
  HEARTBEAT_FAILED: {
    meaning: 'The heartbeat that frees the WAL of an idle database could not be written; publishing goes on',
    action:
      'See the reason: grant execute on pg_logical_emit_message, or switch it off with CAUSEWAY_HEARTBEAT_INTERVAL=0s.',
    owner: 'platform',
  },
  OUTBOX_LAYOUT_MISMATCH: {
    meaning: 'The table does not have the columns that the preset is told to read, or not of a type that it can',
    action:
      'Correct CAUSEWAY_DEBEZIUM_OPTIONS (docs/debezium.md lists the types), the table, or the columns of the publication.',
    owner: 'platform',
  },
  OUTBOX_NOT_RESENDABLE: {
    meaning: 'Rows of this outbox cannot be read again and produced as the publisher produces them',
    action:
      'Set what the reason names; else write the rows again under their ids (docs/operations.md): the publisher sends them as before.',
    owner: 'platform',
  },
  OUTBOX_ROW_UPDATED: {
    meaning: 'A row of the outbox was updated, which publishes nothing',
    action:
      'Find what updates the table: events are written once. To go on, set table.op.invalid.behavior to warn or error.',
    owner: 'product',
  },
  SLOT_UNUSABLE: {
    meaning: 'A slot of this name exists, but for another database or another output plugin',
    action: 'Give the publisher a slot name of its own (CAUSEWAY_SLOT), or drop the slot if nobody needs it.',
    owner: 'platform',
  },
  POSITION_UNREADABLE: {
    meaning: 'The newest record of this slot in the positions topic is no position',
    action: 'Find who else writes to the topic; write the position that was right before as a newer record.',
    owner: 'platform',
  },
  POSTGRES_ACCESS_DENIED: {
    meaning: 'Postgres refuses the role, its password, the database or a right that is needed',
    action: 'See the reason; grant what apps/publisher/README.md lists, or correct the URL.',
    owner: 'platform',
  },
  POSTGRES_TLS_REFUSED: {
    meaning: 'No secure connection to Postgres came about: one side refuses a certificate, or does not speak TLS',
    action: 'Correct the setting that is named; docs/operations.md shows secured servers.',
    owner: 'platform',
  },
  BATCH_REFUSED: {
    meaning: 'Kafka refuses a batch: a record is too large for its topic, or a setting of the producer is not allowed',
    action: 'See the reason; the publisher reads the limits again and goes on by itself when they allow it.',
    owner: 'platform',
  },
  KAFKA_ACCESS_DENIED: {
    meaning: 'Kafka refuses the client or a right that it needs',
    action:
      'See the reason; correct the CAUSEWAY_KAFKA_* credentials, or grant the rights that apps/publisher/README.md lists.',
    owner: 'platform',
  },
  KAFKA_TLS_REFUSED: {
    meaning: 'No secure connection to Kafka came about: one side refuses a certificate, or does not speak TLS',
    action: 'Correct the setting that is named; docs/operations.md shows secured servers.',
    owner: 'platform',
  },
  REPLICATION_BROKEN: {
    meaning: 'The replication stream ended or cannot be read',
    action: 'Nothing, if it is rare: the publisher reconnects and goes on from its position.',
    owner: 'platform',
  },

  // Events and mapping
  EVENT_MALFORMED: {
    meaning: 'A Kafka record is no event: an attribute is missing or the value is no JSON object',
    action: 'Correct whoever wrote it; the record is kept in relay.set_aside.',
    owner: 'product',
  },
  EVENT_UNMAPPED: {
    meaning: 'No active pack maps this event: its product has none',
    action: 'Load a pack for the product (CAUSEWAY_PACKS), or stop subscribing to its topics.',
    owner: 'platform',
  },
  MAPPING_FAILED: {
    meaning: 'The fold or the projection of a pack failed on an event: the pack is at fault, not the event',
    action: 'Correct the pack named and redrive the event: it was set aside, with its state unchanged.',
    owner: 'platform',
  },
  PACK_UNKNOWN: {
    meaning: 'There is no built-in pack of this name and no folder at this path',
    action: 'Correct CAUSEWAY_PACKS: name one of the packs listed, or give the path of a folder.',
    owner: 'platform',
  },
  PACK_INVALID: {
    meaning: 'The folder holds no usable pack',
    action: 'Correct what is named; libs/packs/README.md says what a pack folder holds.',
    owner: 'platform',
  },
  SETTINGS_INVALID: {
    meaning: 'The settings of a connection are not what the mapping can use',
    action: "Correct the connection's settings; the pack's page names them. Then redrive what was set aside.",
    owner: 'platform',
  },
  CONNECTION_MISSING: {
    meaning: 'There is no such connection, or the tenant of an event has none to the destination of the pack',
    action: 'See causeway connections list. Add the one that is missing, then redrive the events that were set aside.',
    owner: 'platform',
  },
  CONNECTION_TENANT_TAKEN: {
    meaning: 'The tenant has another connection to this account of the destination already',
    action: 'Give the connection that is there its new credentials by its own id, or name the other account.',
    owner: 'platform',
  },
  CONNECTION_SETTINGS_REFUSED: {
    meaning: 'A pack cannot use a connection with these settings',
    action: 'Give the settings that are named (--setting name=json); the page of the pack says what they may be.',
    owner: 'platform',
  },
  unknown_event: {
    meaning: 'The pack knows no event of this type and version',
    action: 'Add the event to the pack and redrive, or let the product send a known one.',
    owner: 'product',
  },
  missing_value: {
    meaning: 'A required value is missing',
    action: 'Let the product send the field named; redrive when the pack changed instead.',
    owner: 'product',
  },
  invalid_value: {
    meaning: 'A value cannot be used',
    action: 'Correct the field in the product; the rest of the event was used unless it was set aside.',
    owner: 'product',
  },
  unknown_value: {
    meaning: 'A value is not in its list',
    action: 'Correct the value in the product, or add it to the pack.',
    owner: 'product',
  },
  foreign_currency: {
    meaning: "An amount is in another currency than the connection's",
    action: 'Sell in the currency of the connection, or correct its setting currency, and redrive the event.',
    owner: 'product',
  },
  contract_signed: {
    meaning: 'A contract that was signed cannot be a draft again',
    action: 'Draw up a new contract; the event stays set aside.',
    owner: 'product',
  },
  name_missing: {
    meaning: 'There is no name, so the record is called Unknown',
    action: 'Let the product ask for a name, if that matters.',
    owner: 'product',
  },

  // CRM
  CRM_REJECTED: {
    meaning: 'The CRM refused the record',
    action: 'See reason and field; correct the value in the product or the set-up of the CRM, then retry the command.',
    owner: 'sales admin',
  },
  CRM_MANDATORY_MISSING: {
    meaning: 'The CRM demands a field that the command does not have',
    action: 'Make the field optional in the CRM or let the pack send it, then retry the command.',
    owner: 'sales admin',
  },
  CRM_DUPLICATE: {
    meaning: 'A unique field of the CRM holds this value in another record already',
    action: 'Merge the two records in the CRM or clear the value there, then retry the command.',
    owner: 'sales admin',
  },
  CRM_GRANT_REVOKED: {
    meaning: 'The CRM does not accept the refresh token any more',
    action: 'Grant access again and store the new refresh token; commands wait meanwhile.',
    owner: 'platform',
  },
  CRM_SCOPE_MISSING: {
    meaning: 'The grant does not allow this call',
    action: 'Grant access again with the scopes that the pack names.',
    owner: 'platform',
  },
  CRM_THROTTLED: {
    meaning: 'The CRM has no room for more calls at present',
    action: 'Nothing: the command is tried again by itself. Lower the load or buy credits if it lasts.',
    owner: 'platform',
  },
  CRM_CREDITS_SPENT: {
    meaning: "The CRM's credits of the day, or the share of a lane, are used up",
    action:
      'Nothing: work goes on as credits come back, live traffic first. causeway credits status says who used them; buy credits if it lasts.',
    owner: 'platform',
  },
  CRM_UNAVAILABLE: {
    meaning: 'The CRM does not answer or answers with a server error',
    action: 'Nothing: the command is tried again by itself.',
    owner: 'platform',
  },
  CRM_ANSWER_UNREADABLE: {
    meaning: 'The CRM answered something that its API description does not know',
    action: 'Report it with the sample in the log; the command counts as unknown and is settled by reading.',
    owner: 'platform',
  },
  CRM_OUTCOME_UNKNOWN: {
    meaning: 'A write left and its answer did not arrive, so it may or may not have happened',
    action: 'Nothing: the record is read before anything else happens to it.',
    owner: 'platform',
  },
  CRM_CLIENT_INVALID: {
    meaning: 'The accounts server does not know the OAuth client, or its secret is wrong',
    action: "Correct the client id, the client secret and the data centre's accounts address of the connection.",
    owner: 'platform',
  },
  CRM_API_DOMAIN_FORBIDDEN: {
    meaning: "The token's answer names an API host that does not belong to the connection's data centre",
    action: 'Correct the accounts address of the connection; for a simulator, allow its address in the settings.',
    owner: 'platform',
  },
  SECRET_UNREADABLE: {
    meaning: 'A stored secret cannot be decrypted: it was sealed with another key, or was changed',
    action:
      'Give the key that sealed it, as CAUSEWAY_SECRET_KEY or among CAUSEWAY_OTHER_SECRET_KEYS, or store the credentials again.',
    owner: 'platform',
  },
  CRM_SETUP_WRONG: {
    meaning: 'A field that the pack needs is missing in the CRM or is not as declared',
    action: 'Create or correct the field that is named; the connection waits until then.',
    owner: 'sales admin',
  },
  contact_of_another: {
    meaning: 'A Lead was converted into a Contact that carries the identity of another of our people',
    action: 'Separate the two in the CRM (clear the identity or split the Contact), then `causeway parked retry`.',
    owner: 'sales admin',
  },
  deleted_in_crm: {
    meaning: 'A person deleted the record in the CRM',
    action: 'Restore it or release the record; its commands wait.',
    owner: 'sales admin',
  },

  ...CRM_OUTCOME_ENTRIES,

  ...wayBackErrors,
  ...replayErrors,
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof entries;

/** Every code that logs, metrics, parked commands and the command line may name: what it means and what to do. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, CatalogueEntry>> = entries;
