import type { Client } from 'pg';
import { connectClient } from '#postgres';
import {
  createSlot,
  inspectSlot,
  readFailoverProblems,
  readServerFacts,
  requireLogicalWal,
  requirePrimary,
  requirePublication,
  type ServerFacts,
  type SlotState,
} from '#replication';
import type { Holder } from './holder.watch.ts';
import { HEARTBEAT_PREFIX } from './message.intake.ts';
import type { SourceConfig } from './publisher.config.ts';
import { columnsOf, tableOf } from './preset.factory.ts';

/** One session's ordinary connection to the source database, for checks; rows come over the replication connection. */
export class SourceSide implements AsyncDisposable {
  readonly #config: SourceConfig;
  readonly #client: Client;
  readonly #applicationName: string;

  private constructor(config: SourceConfig, client: Client) {
    this.#config = config;
    this.#client = client;
    this.#applicationName = `causeway-publisher ${config.sourceName}`;
  }

  static async connect(config: SourceConfig): Promise<SourceSide> {
    const applicationName = `causeway-publisher ${config.sourceName}`;
    return new SourceSide(config, await connectClient({ url: config.sourceUrl, applicationName }));
  }

  facts(): Promise<ServerFacts> {
    return readServerFacts(this.#client);
  }

  /**
   * @returns the publication's identity
   * @throws CausewayError `SOURCE_IS_STANDBY`, `WAL_LEVEL_NOT_LOGICAL` or `PUBLICATION_MISSING`
   */
  async check(): Promise<string> {
    const facts = await this.facts();
    requirePrimary(facts);
    requireLogicalWal(facts);
    const [table, columns] = [tableOf(this.#config), columnsOf(this.#config)];
    return requirePublication(this.#client, { name: this.#config.publicationName, table, columns });
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
    await createSlot(this.#client, this.#config.slotName, { failover: this.#config.slotFailover });
  }

  /** What the server tells of another publisher of this source; null for a reader that is none, or is another role's. */
  async holder(pid: number): Promise<Holder | null> {
    const { rows } = await this.#client.query<{ replied: string | null; waits: string | null }>(
      `select r.reply_time::text as replied, a.wait_event as waits
         from pg_stat_replication r join pg_stat_activity a using (pid)
        where r.pid = $1 and r.usename = current_user and r.application_name = left($2, 63)`,
      [pid, this.#applicationName],
    );
    const [row] = rows;
    return row === undefined ? null : { pid, replyTime: row.replied, waitEvent: row.waits };
  }

  /** Ends the process of the server that serves a reader; the reader itself is fenced by Kafka if it ever wakes up. */
  async release(pid: number): Promise<void> {
    await this.#client.query(
      'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid = $2',
      [this.#config.slotName, pid],
    );
  }

  /** What makes a failover lossy; empty without standbys and on servers that keep no copies of slots. */
  failoverProblems(slot: SlotState | undefined): Promise<string[]> {
    return readFailoverProblems(this.#client, slot);
  }

  /** Cuts a statement that is under way: creating a slot waits for other people's transactions. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}
