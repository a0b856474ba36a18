import { CausewayError } from '#contracts';
import type { EventColumns } from '#kafka';
import type { Relation, Row, TableName } from '#replication';

/** The columns of outbox.events that are read; created_at only decides the table's partition. */
export interface OutboxRow extends EventColumns {
  readonly aggregateType: Buffer | null;
  readonly partitionKey: Buffer | null;
  readonly payload: Buffer | null;
}

const COLUMNS = {
  id: 'id',
  aggregateType: 'aggregate_type',
  aggregateId: 'aggregate_id',
  eventType: 'event_type',
  eventVersion: 'event_version',
  partitionKey: 'partition_key',
  tenantId: 'tenant_id',
  payload: 'payload',
  headers: 'headers',
  occurredAt: 'occurred_at',
} as const satisfies Record<keyof OutboxRow, string>;

/** Names of the columns that a publication must send. */
export const OUTBOX_COLUMNS: readonly string[] = Object.values(COLUMNS);

/** Place of each column in a row of the stream. */
export type OutboxIndexes = { readonly [column in keyof OutboxRow]: number };

/** Finds the outbox's columns by name, once for each description of the table that the stream gives. */
export class OutboxReader {
  /** The one table that is published; the publication may hold others, for other readers. */
  readonly #table: TableName;
  #relation: Relation | undefined;
  #judged: Relation | undefined;
  #isOutbox = false;
  #indexes: OutboxIndexes | undefined;

  constructor(table: TableName) {
    this.#table = table;
  }

  isOutbox(relation: Relation): boolean {
    if (relation !== this.#judged) {
      this.#judged = relation;
      this.#isOutbox = relation.schema === this.#table.schema && relation.table === this.#table.table;
    }
    return this.#isOutbox;
  }

  /** @throws CausewayError `PUBLICATION_MISSING` when the table or the publication leaves a column out. */
  read(row: Row): OutboxRow {
    const at = this.indexesOf(row.relation);
    return {
      id: row.bytes(at.id),
      aggregateType: row.bytes(at.aggregateType),
      aggregateId: row.bytes(at.aggregateId),
      eventType: row.bytes(at.eventType),
      eventVersion: row.bytes(at.eventVersion),
      partitionKey: row.bytes(at.partitionKey),
      tenantId: row.bytes(at.tenantId),
      payload: row.bytes(at.payload),
      headers: row.bytes(at.headers),
      occurredAt: row.bytes(at.occurredAt),
    };
  }

  /** @throws CausewayError `PUBLICATION_MISSING` when the table or the publication leaves a column out. */
  indexesOf(relation: Relation): OutboxIndexes {
    if (relation !== this.#relation || this.#indexes === undefined) {
      this.#indexes = indexesOf(relation);
      this.#relation = relation;
    }
    return this.#indexes;
  }
}

function indexesOf(relation: Relation): OutboxIndexes {
  const found = Object.entries(COLUMNS).map(([name, column]) => {
    const index = relation.columns.indexOf(column);
    if (index === -1) {
      const problem = `the publication does not send the column ${column}`;
      throw new CausewayError('PUBLICATION_MISSING', {
        details: { table: `${relation.schema}.${relation.table}`, problem },
      });
    }
    return [name, index] as const;
  });
  return Object.fromEntries(found) as OutboxIndexes;
}
