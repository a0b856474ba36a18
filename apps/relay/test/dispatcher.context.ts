import { CausewayError } from '#contracts';
import { insertCommands } from '#ledger';
import { createRegistry } from '#observability';
import {
  aNewCommand,
  capturedLogger,
  integrationDatabase,
  type CapturedLogger,
  type IntegrationContext,
  type NewCommandSeed,
} from '#testing';
import { sql } from 'kysely';
import { dispatcherMetrics } from '../src/dispatcher/dispatcher.metrics.ts';
import { DispatcherService, type DispatcherOptions } from '../src/dispatcher/dispatcher.service.ts';
import { FakeCrm } from './fake.crm.ts';

function missing(): never {
  throw new CausewayError('CONNECTION_MISSING');
}

/** A database of its own, one connection, one CRM in memory, and dispatchers that end with the test. */
export class DispatcherContext {
  readonly database: IntegrationContext;
  crm = new FakeCrm();
  /** Connection id -> its CRM. */
  clients: Record<string, FakeCrm> = {};
  captured: CapturedLogger = capturedLogger();
  #running: DispatcherService[] = [];

  private constructor(database: IntegrationContext) {
    this.database = database;
  }

  static async open(name: string): Promise<DispatcherContext> {
    return new DispatcherContext(await integrationDatabase(name));
  }

  async reset(crm = new FakeCrm()): Promise<void> {
    await this.database.clear();
    await this.database.addConnection();
    this.crm = crm;
    this.clients = { c1: crm };
    this.captured = capturedLogger();
  }

  start(seed: Partial<DispatcherOptions> = {}): DispatcherService {
    const dispatcher = new DispatcherService({
      db: this.database.db,
      clients: { clientOf: async (id) => this.clients[id] ?? missing() },
      cleared: () => Object.keys(this.clients),
      owner: `relay-${this.#running.length}`,
      leaseMs: 60_000,
      batchSize: 100,
      concurrency: 1,
      logger: this.captured.logger,
      metrics: dispatcherMetrics(createRegistry('spec')),
      random: () => 0,
      ...seed,
    });
    this.#running.push(dispatcher);
    dispatcher.start();
    return dispatcher;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((dispatcher) => dispatcher.stop()));
    this.#running = [];
  }

  insert(...seeds: NewCommandSeed[]): Promise<void> {
    return insertCommands(this.database.db, seeds.map(aNewCommand));
  }

  /** Commands in their order: state, code, reason. */
  async commands(): Promise<{ operation: string; state: string; code: string | null; reason: string | null }[]> {
    const { rows } = await sql<{ operation: string; state: string; code: string | null; reason: string | null }>`
      select operation, state, code, reason from ledger.commands order by id`.execute(this.database.db);
    return rows;
  }

  /** Record key -> module and id of its link. */
  async links(): Promise<Record<string, string>> {
    const { rows } = await sql<{ record_key: string; place: string }>`
      select record_key, module || '/' || record_id as place from ledger.links`.execute(this.database.db);
    return Object.fromEntries(rows.map(({ record_key, place }) => [record_key, place]));
  }

  /** Pauses are over. */
  async hurry(): Promise<void> {
    await sql`update ledger.commands set not_before = now()`.execute(this.database.db);
  }
}
