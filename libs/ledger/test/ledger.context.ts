import { sql } from 'kysely';
import type { Outcome } from '#contracts';
import { aNewCommand, integrationDatabase, type IntegrationContext, type NewCommandSeed } from '#testing';
import {
  claimCommands,
  insertCommands,
  settleCommands,
  type ClaimedCommand,
  type ClaimOptions,
  type SettledCommand,
} from '../src/index.ts';

export interface CommandRow {
  readonly id: string;
  readonly state: string;
  readonly lane: string;
  readonly failures: number;
  readonly code: string | null;
  readonly reason: string | null;
  readonly field: string | null;
  readonly attempts_started: number;
  readonly attempts_finished: number;
  readonly lease_owner: string | null;
  readonly finished: boolean;
  /** Seconds until it may be claimed. */
  readonly pause: number;
}

/** A ledger of its own with connection `c1`, and short ways to say what specs do again and again. */
export class LedgerContext {
  readonly base: IntegrationContext;

  constructor(base: IntegrationContext) {
    this.base = base;
  }

  static async open(prefix: string): Promise<LedgerContext> {
    return new LedgerContext(await integrationDatabase(prefix));
  }

  get db(): IntegrationContext['db'] {
    return this.base.db;
  }

  /** Empty but for connection `c1`. */
  async reset(): Promise<void> {
    await this.base.clear();
    await this.base.addConnection();
  }

  insert(...seeds: NewCommandSeed[]): Promise<void> {
    return insertCommands(this.db, seeds.map(aNewCommand));
  }

  claim(options: Partial<ClaimOptions> = {}): Promise<ClaimedCommand[]> {
    return claimCommands(this.db, { owner: 'me', leaseMs: 60_000, limit: 100, connectionIds: ['c1'], ...options });
  }

  settle(entries: readonly SettledCommand[], owner = 'me'): Promise<Set<string>> {
    return settleCommands(this.db, entries, { owner, random: () => 0.5 });
  }

  /** Claims what there is and gives each the same outcome. */
  async settleAll(outcome: Outcome): Promise<void> {
    await this.settle((await this.claim()).map((command) => ({ command, outcome })));
  }

  /** Puts commands into a state by hand, without a history. */
  async setState(ids: readonly string[], state: string): Promise<void> {
    await sql`update ledger.commands set state = ${state} where id = any(${[...ids]}::bigint[])`.execute(this.db);
  }

  async commands(): Promise<CommandRow[]> {
    const { rows } = await sql<CommandRow>`
      select id::text, state, lane, failures, code, reason, field, attempts_started, attempts_finished, lease_owner,
             finished_at is not null as finished, round(extract(epoch from not_before - now()))::integer as pause
        from ledger.commands order by id`.execute(this.db);
    return rows;
  }

  async rows(table: 'links' | 'echoes' | 'attempts'): Promise<Record<string, unknown>[]> {
    const order = { links: 'record_key', echoes: 'record_key', attempts: 'command_id' }[table];
    const found = sql<
      Record<string, unknown>
    >`select * from ${sql.table(`ledger.${table}`)} order by ${sql.ref(order)}`;
    return (await found.execute(this.db)).rows;
  }

  async outbox(): Promise<{ entity: string; tenant: string; type: string; payload: Record<string, unknown> }[]> {
    const { rows } = await sql<{ entity: string; tenant: string; type: string; payload: Record<string, unknown> }>`
      select aggregate_id as entity, tenant_id as tenant, event_type as type, payload
        from outbox.events where aggregate_type = 'outcomes' order by id`.execute(this.db);
    return rows;
  }

  close(): PromiseLike<void> {
    return this.base[Symbol.asyncDispose]();
  }
}
