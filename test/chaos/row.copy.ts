import type { Client, Connection, Submittable } from 'pg';

/** What of pg's connection a COPY needs beside its public face. */
type CopyConnection = Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };

/** COPY ... FROM STDIN on a connection of pg, which has the messages but no call for it. */
class Copy implements Submittable {
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #data: string;
  readonly #settled = Promise.withResolvers<void>();

  constructor(text: string, data: string) {
    this.#text = text;
    this.#data = data;
    this.done = this.#settled.promise;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(Buffer.from(this.#data));
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // ReadyForQuery follows.
  }

  handleReadyForQuery(): void {
    this.#settled.resolve();
  }

  handleError(error: unknown): void {
    this.#settled.reject(error);
  }
}

const COLUMNS =
  'id, aggregate_type, aggregate_id, event_type, event_version, partition_key, tenant_id, payload, headers, occurred_at, created_at';

/**
 * Writes rows by COPY, which puts many into one WAL record: they share an LSN. Every column is given, because with a volatile default
 * Postgres would write row by row.
 */
export async function copyRows(client: Client, plan: { keys: string[]; rows: number; pad: number }): Promise<void> {
  const { rows } = await client.query<{ line: string }>(
    `select concat_ws(E'\\t', outbox.uuid_v7(), kind, row_key, kind || '.changed', 1, row_key, 'default', row_payload, '{}',
                      now(), clock_timestamp()) as line
       from public.next_rows($1, $2, $3), split_part(row_key, '-', 1) as kind`,
    [plan.keys, plan.rows, plan.pad],
  );
  const copy = new Copy(`copy outbox.events (${COLUMNS}) from stdin`, rows.map(({ line }) => `${line}\n`).join(''));
  client.query(copy);
  await copy.done;
}
