import type { Client } from 'pg';
import { connectClient } from '#postgres';
import {
  createSlot,
  inspectSlot,
  readServerFacts,
  requireLogicalWal,
  requirePublication,
  type ServerFacts,
  type SlotState,
} from '#replication';
import { HEARTBEAT_PREFIX } from './message.intake.ts';
import type { SourceConfig } from './publisher.config.ts';
import { tableOf } from './preset.factory.ts';

/** One session's ordinary connection to the source database, for checks; rows come over the replication connection. */
export class SourceSide implements AsyncDisposable {
  readonly #config: SourceConfig;
  readonly #client: Client;

  private constructor(config: SourceConfig, client: Client) {
    this.#config = config;
    this.#client = client;
  }

  static async connect(config: SourceConfig): Promise<SourceSide> {
    const applicationName = `causeway-publisher ${config.sourceName}`;
    return new SourceSide(config, await connectClient({ url: config.sourceUrl, applicationName }));
  }

  facts(): Promise<ServerFacts> {
    return readServerFacts(this.#client);
  }

  /** @throws CausewayError `WAL_LEVEL_NOT_LOGICAL` or `PUBLICATION_MISSING` */
  async check(): Promise<void> {
    requireLogicalWal(await this.facts());
    await requirePublication(this.#client, { name: this.#config.publicationName, table: tableOf(this.#config) });
  }

  slot(): Promise<SlotState | undefined> {
    return inspectSlot(this.#client, this.#config.slotName);
  }

  /** Null on a server in recovery, which writes no WAL. Needs no right beyond what everybody has unless it was revoked. */
  async beat(): Promise<string | null> {
    const { rows } = await this.#client.query<{ lsn: string | null }>(
      `select case when pg_is_in_recovery() then null else pg_logical_emit_message(false, $1, $2)::text end as lsn`,
      [HEARTBEAT_PREFIX, this.#config.sourceName],
    );
    return rows[0]?.lsn ?? null;
  }

  async createSlot(): Promise<void> {
    await createSlot(this.#client, this.#config.slotName);
  }

  /** Cuts a statement that is under way: creating a slot waits for other people's transactions. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}
