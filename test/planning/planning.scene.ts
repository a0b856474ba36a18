import { sql } from 'kysely';
import type { CausewayEvent, JsonObject } from '#contracts';
import { eventStep, foldSteps } from '#folding';
import type { Mapping } from '#mapping';
import { createRegistry } from '#observability';
import { transaction } from '#postgres';
import type { EventSource } from '#replay';
import { aRecord, silentLogger, until, type IntegrationContext } from '#testing';
import { dispatcherMetrics } from '../../apps/relay/src/dispatcher/dispatcher.metrics.ts';
import { DispatcherService } from '../../apps/relay/src/dispatcher/dispatcher.service.ts';
import { zohoContext, type ZohoContext } from '../zoho/zoho.context.ts';

/** A relay without Kafka: events are folded by hand, commands go to a simulated CRM. */
export class PlanningScene implements AsyncDisposable {
  readonly database: IntegrationContext;
  readonly crm: ZohoContext;
  readonly #dispatcher: DispatcherService;
  readonly #events: CausewayEvent[] = [];

  private constructor(database: IntegrationContext, crm: ZohoContext) {
    this.database = database;
    this.crm = crm;
    this.#dispatcher = new DispatcherService({
      db: database.db,
      clients: { clientOf: () => Promise.resolve(crm.zoho) },
      cleared: () => ['c1'],
      owner: 'relay',
      leaseMs: 60_000,
      batchSize: 100,
      concurrency: 4,
      logger: silentLogger,
      metrics: dispatcherMetrics(createRegistry('spec')),
      random: () => 0,
    });
  }

  /** In a database that is emptied for it. */
  static async start(database: IntegrationContext): Promise<PlanningScene> {
    await database.clear();
    await database.addConnection();
    const crm = await zohoContext();
    await crm.identityField('Leads');
    return new PlanningScene(database, crm);
  }

  /** Events that were looked for. */
  readonly asked: string[] = [];

  /** Events as Kafka would keep them. */
  readonly #source: EventSource = {
    parts: () => Promise.resolve([]),
    find: (places) => {
      const wanted = new Set(places.map(({ eventId }) => eventId));
      this.asked.push(...wanted);
      const kept = this.#events.filter(({ id }) => wanted.has(id));
      return Promise.resolve(new Map(kept.map((event) => [event.id, aRecord(event)])));
    },
  };

  /** What planning and its application need. */
  get sources() {
    const history = { source: this.#source, topicPrefix: '' };
    return { db: this.database.db, clientOf: () => Promise.resolve(this.crm.zoho), history };
  }

  /** Folds events and has the CRM hear of them. */
  async take(mapping: Mapping, events: readonly CausewayEvent[]): Promise<void> {
    this.#events.push(...events);
    const steps = events.map((event) => eventStep(event, { record: aRecord(event), entityType: 'user' }));
    await transaction(this.database.db, (trx) => foldSteps(trx, { mapping, steps }));
    await this.settle();
  }

  /** Forgets an event, as retention does. */
  forget(id: string): void {
    this.#events.splice(
      this.#events.findIndex((event) => event.id === id),
      1,
    );
  }

  /** Sends until every command has ended or is parked. */
  async settle(): Promise<void> {
    this.#dispatcher.start();
    this.#dispatcher.wake();
    await until(async () => {
      const { rows } = await sql<{ open: number }>`
        select count(*)::integer as open from ledger.commands where state in ('ready', 'in_flight', 'unknown')`.execute(
        this.database.db,
      );
      return rows[0]?.open === 0;
    });
  }

  /** Leads by identity, as the CRM holds them. */
  async leads(identityField: string): Promise<Map<string, JsonObject>> {
    const records = (await this.crm.records('Leads')) as JsonObject[];
    return new Map(records.map((record) => [JSON.stringify(record[identityField]).slice(1, -1), record]));
  }

  /** Calls that wrote since then, with their credits. */
  async writes(since: number): Promise<{ calls: number; credits: number }> {
    const all = ((await this.crm.look('calls'))['calls'] as { kind: string; credits: number }[]).slice(since);
    const writes = all.filter(({ kind }) => /upsert|update|insert|notes/.test(kind));
    return { calls: writes.length, credits: writes.reduce((sum, { credits }) => sum + credits, 0) };
  }

  async callCount(): Promise<number> {
    return ((await this.crm.look('calls'))['calls'] as object[]).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.stop();
    await this.crm[Symbol.asyncDispose]();
  }
}
