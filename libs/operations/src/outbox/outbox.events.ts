import type { Client } from 'pg';
import { CRM_SOURCE, sourceOfProduct } from '#contracts';
import type { EventRecord } from '#folding';
import { encodeEventHeaders } from '#kafka';
import { connectClient } from '#postgres';
import type { EventSource, Place, SourcePart, SourceQuery } from '#replay';
import { APPLICATION_NAME } from '../slot/source.client.ts';
import { topicsOf, type SourceTarget } from '../slot/source.target.ts';
import { countRows, fixTextOutput, readRows, readRowsById, type OutboxEvent } from './outbox.rows.ts';
import { openOutboxTable, refuseUnlessEncoded, type OutboxTable } from './outbox.table.ts';

interface Opened {
  readonly client: Client;
  readonly table: OutboxTable;
}

/** Before and after all rows, as Postgres reads it. */
const [FIRST, LAST] = ['0001-01-01T00:00:00Z', '9999-12-31T00:00:00Z'];

/**
 * Past events as the outbox of a source has kept them, in the form in which the publisher produces them, by the times at which the rows were
 * written. For what Kafka does not hold any more; rows of days that were dropped are gone here as well. Reading throws
 * CausewayError `OUTBOX_NOT_RESENDABLE` for a layout that only the publisher encodes, and `parts` without a column of time.
 */
export class OutboxSource implements EventSource, AsyncDisposable {
  readonly #target: SourceTarget;
  #opened: Promise<Opened> | undefined;

  constructor(target: SourceTarget) {
    this.#target = target;
  }

  async parts({ topics, keys, from, to }: SourceQuery): Promise<SourcePart[]> {
    const window = { from: instantOf(from, FIRST), to: instantOf(to, LAST) };
    const { client, table } = await this.#connect();
    const wanted = { topics: new Set(topics), keys: keys === undefined ? null : new Set(keys) };
    const read = async function* (this: OutboxSource): AsyncGenerator<EventRecord[]> {
      for await (const rows of readRows(client, table, window)) {
        const records = rows.flatMap((row) => this.#recordOf(row) ?? []);
        yield records.filter(({ topic, key }) => wanted.topics.has(topic) && wanted.keys?.has(String(key)) !== false);
      }
    };
    // Days that ended long ago are dropped, and nothing tells which.
    return [
      {
        name: this.#target.name,
        whole: false,
        records: await countRows(client, table, window),
        read: () => read.call(this),
      },
    ];
  }

  async find(places: readonly Place[]): Promise<Map<string, EventRecord>> {
    const { client, table } = await this.#connect();
    const rows = await readRowsById(
      client,
      table,
      places.map(({ eventId }) => eventId),
    );
    return new Map(
      rows.flatMap((row): [string, EventRecord][] => {
        const record = this.#recordOf(row);
        return record === null ? [] : [[row.id.toString(), record]];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Who asked for it was told why it could not be opened.
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.client.end();
  }

  /** Null for a row that makes no record. */
  #recordOf(row: OutboxEvent): EventRecord | null {
    const { name } = this.#target;
    const encoded = encodeEventHeaders(row, Buffer.from(sourceOfProduct(name)));
    if ('reason' in encoded) return null;
    const type = row.aggregateType.toString();
    const topic = topicsOf(this.#target).product(name, name === CRM_SOURCE ? type.toLowerCase() : type);
    const key = row.partitionKey !== null && row.partitionKey.length > 0 ? row.partitionKey : row.aggregateId;
    const headers = Object.fromEntries(encoded.headers);
    // It has a place in Kafka that nobody knows here.
    return {
      topic,
      partition: 0,
      offset: '0',
      timestamp: row.createdAt?.getTime() ?? 0,
      key,
      value: row.payload,
      headers,
    };
  }

  #connect(): Promise<Opened> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<Opened> {
    refuseUnlessEncoded(this.#target);
    const client = await connectClient({ url: this.#target.url, applicationName: APPLICATION_NAME });
    try {
      await fixTextOutput(client);
      return { client, table: await openOutboxTable(client, this.#target) };
    } catch (error) {
      await client.end();
      throw error;
    }
  }
}

function instantOf(milliseconds: number | undefined, otherwise: string): string {
  return milliseconds === undefined ? otherwise : new Date(milliseconds).toISOString();
}
