import type { Pool, QueryResultRow } from 'pg';
import { isConnectionLost } from '#postgres';
import { sourceOfProduct, type CausewayEvent, type JsonObject } from '#contracts';
import { until } from '../support/until.ts';

const RESTART_PATIENCE_MS = 60_000;
const TOLD_BY_SCHEDULE = 'sites.user';

/** What a campaign does in the integration database, as an operator or as time would. Its server may be restarted at any time. */
export class IntegrationDesk implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #taken = new Set<string>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The kill switch of the connection. */
  async pause(): Promise<void> {
    await this.#query(`update connections.connections set state = 'paused' where state = 'active'`);
  }

  async resume(): Promise<void> {
    await this.#query(`update connections.connections set state = 'active' where state = 'paused'`);
  }

  /** Time passes for everything that waits to be tried again: half a minute and more is too long for a round. */
  async hurry(): Promise<void> {
    await this.#query(`
      update ledger.commands set not_before = now() where state in ('ready', 'unknown') and not_before > now()`);
    await this.#query(`select pg_notify('causeway_commands', '')`);
  }

  /** Ten minutes pass for the access token: what was minted does not count any more, and there is none. */
  async forgetToken(): Promise<void> {
    await this.#query('delete from connections.tokens');
  }

  /** The day comes on which the schedule of these users speaks. */
  async makeTimersDue(userIds: readonly string[]): Promise<number> {
    const rows = await this.#query(
      `update relay.timers set due_at = now(), until_at = now() + interval '1 day' where key = any($1) returning key`,
      [userIds],
    );
    return rows.length;
  }

  async timersLeft(userIds: readonly string[]): Promise<number> {
    const rows = await this.#query('select 1 from relay.timers where key = any($1)', [userIds]);
    return rows.length;
  }

  /** Events of the schedule that are in the outbox and were not taken yet: here the campaign is the publisher. */
  async takeScheduled(): Promise<CausewayEvent[]> {
    const rows = await this.#query<{
      id: string;
      type: string;
      subject: string;
      time: string;
      tenant: string;
      key: string;
      data: JsonObject;
    }>(
      `select id::text, event_type as type, aggregate_id as subject, tenant_id as tenant, partition_key as key, payload as data,
              to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as time
         from outbox.events where aggregate_type = $1 order by id`,
      [TOLD_BY_SCHEDULE],
    );
    const fresh = rows.filter(({ id }) => !this.#taken.has(id));
    for (const { id } of fresh) this.#taken.add(id);
    return fresh.map(({ id, type, subject, time, tenant, key, data }) => {
      return { id, type, subject, time, key, data, tenantId: tenant, version: 1, source: sourceOfProduct('sites') };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  /** Asked once more when the connection was lost. */
  async #query<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    return until(
      'an answer of Postgres',
      async () => {
        try {
          return (await this.#pool.query<R>(text, values)).rows;
        } catch (error) {
          if (!isConnectionLost(error)) throw error;
          return null;
        }
      },
      RESTART_PATIENCE_MS,
    );
  }
}
