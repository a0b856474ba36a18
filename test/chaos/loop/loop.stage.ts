import { randomBytes, randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { JsonObject } from '#contracts';
import type { CrmRecord } from '#cases';
import { eventStep, foldSteps } from '#folding';
import { eventOf } from '#mapping';
import { createLogger, createRegistry } from '#observability';
import { loadPack, type Pack } from '#packs';
import { createDatabase, createPool, transaction, type IntegrationDatabase } from '#postgres';
import type { Stack } from '#stack';
import { createIntegrationDatabase, seedConnections } from '#system';
import { until } from '#testing';
import type { WriteOutcome, ZohoClient } from '#zoho';
import { dispatcherMetrics } from '../../../apps/relay/src/dispatcher/dispatcher.metrics.ts';
import { DispatcherService } from '../../../apps/relay/src/dispatcher/dispatcher.service.ts';
import { markDirty, type DirtyMark } from '../../../apps/webhooks/src/dirty/dirty.store.ts';
import { HydratorService } from '../../../apps/webhooks/src/hydrator/hydrator.service.ts';
import { webhooksMetrics } from '../../../apps/webhooks/src/webhooks.metrics.ts';
import { zohoContext, type ZohoContext } from '../../zoho/zoho.context.ts';
import type { LoopMutant } from './loop.mutants.ts';
import { MUTATIONS } from './loop.mutants.ts';
import { wordOf, type LoopRecords, type ProductEvent, type ToldEvent } from './loop.records.ts';

export interface LoopStageOptions {
  readonly servers: Pick<Stack, 'postgresUrl'>;
  readonly kinds: readonly LoopRecords[];
  readonly mutant?: LoopMutant | undefined;
}

/** Nothing is found by looking around: what is to be done is said. */
const NEVER_MS = 3_600_000;
const LEASE_MS = 600_000;
const SECOND_MS = 1000;

/** The fold, the dispatcher, a CRM and the hydrator in one process, each of which takes a step when it is told to. */
export class LoopStage implements AsyncDisposable {
  readonly #db: Kysely<IntegrationDatabase>;
  readonly #crm: ZohoContext;
  readonly #packs: ReadonlyMap<string, Pack>;
  readonly #options: LoopStageOptions;
  readonly #dispatcher: DispatcherService;
  readonly #hydrator: HydratorService;
  readonly #kept: AsyncDisposableStack;
  /** Records of which the CRM would notify. */
  readonly #changed = new Map<string, DirtyMark>();
  /** Writes of ours that took effect, by record id. */
  readonly writes = new Map<string, number>();
  #events = 0;

  private constructor(given: {
    db: Kysely<IntegrationDatabase>;
    crm: ZohoContext;
    packs: ReadonlyMap<string, Pack>;
    options: LoopStageOptions;
    kept: AsyncDisposableStack;
  }) {
    const { db, crm, packs, options, kept } = given;
    [this.#db, this.#crm, this.#packs, this.#options, this.#kept] = [db, crm, packs, options, kept];
    const clients = { clientOf: (id: string) => Promise.resolve(this.#counting(id, crm.zoho)) };
    const logger = createLogger({ service: 'loop', level: 'silent' });
    const base = { db, clients, owner: 'loop', leaseMs: LEASE_MS, logger };
    const registry = createRegistry('loop');
    this.#dispatcher = new DispatcherService({
      ...base,
      cleared: () => [...packs.values()].map(connectionOf),
      batchSize: 100,
      concurrency: 2,
      pollMs: NEVER_MS,
      metrics: dispatcherMetrics(registry),
      random: () => 0,
    });
    const mappings = [...packs.values()].map(({ mapping }) => mapping);
    this.#hydrator = new HydratorService({ ...base, mappings, metrics: webhooksMetrics(registry) });
    this.#dispatcher.start();
    kept.defer(() => this.#dispatcher.stop());
  }

  static async open(options: LoopStageOptions): Promise<LoopStage> {
    await using stack = new AsyncDisposableStack();
    const database = await createIntegrationDatabase(options.servers.postgresUrl);
    stack.defer(() => database.drop());
    // Credits are another campaign's: a day of them is spent here in minutes.
    const crm = stack.use(await zohoContext({ limits: { credits: 100_000_000 } }));
    const packs = new Map<string, Pack>();
    for (const { pack } of options.kinds) packs.set(pack, await loadPack(pack));
    await seedConnections({
      integrationUrl: database.url,
      secretKey: randomBytes(32).toString('hex'),
      simulator: { ...crm.credentials, url: crm.url },
      packs: [...packs.values()],
      watch: {},
    });
    const db = createDatabase<IntegrationDatabase>(
      createPool({ url: database.url, max: 8, applicationName: 'causeway-loop' }),
    );
    stack.defer(() => db.destroy());
    return new LoopStage({ db, crm, packs, options, kept: stack.move() });
  }

  /** What the product said is folded, in one transaction for each pack. */
  async fold(said: readonly { readonly kind: LoopRecords; readonly event: ProductEvent }[]): Promise<void> {
    for (const [name, { mapping }] of this.#packs) {
      const steps = said
        .filter(({ kind }) => kind.pack === name)
        .map(({ event: { type, subject, key, data } }) => {
          this.#events += 1;
          const time = new Date(Date.UTC(2026, 2, 1) + this.#events).toISOString();
          const event = eventOf(mapping, { id: randomUUID(), type, subject, key, data, time });
          const record = { topic: 't', partition: 0, offset: '0', key: null, value: null, headers: {}, timestamp: 0 };
          return eventStep(event, { record, entityType: type.split('.')[0] ?? '' });
        });
      const { setAside } = await transaction(this.#db, (trx) => foldSteps(trx, { mapping, steps }));
      const [bad] = setAside;
      if (bad !== undefined) throw new Error(`${bad.step.type} was set aside: ${JSON.stringify(bad.result)}`);
    }
  }

  /** All commands that wait are sent. @throws Error when one is parked: nothing here gives a reason for it. */
  async dispatch(): Promise<void> {
    await until(
      async () => {
        const { rows } = await sql<{ connection: string; state: string }>`
          select distinct connection_id as connection, state from ledger.commands
           where state in ('ready', 'in_flight', 'unknown', 'parked')`.execute(this.#db);
        if (rows.some(({ state }) => state === 'parked')) throw new Error('a command was parked');
        for (const { connection } of rows) this.#dispatcher.wake(connection);
        return rows.length === 0;
      },
      { what: 'all commands are sent', timeoutMs: 120_000 },
    );
  }

  /** Reads what the CRM would have notified of. */
  async hydrate(): Promise<void> {
    const { mutant } = this.#options;
    if (mutant !== undefined) await MUTATIONS[mutant](this.#db);
    await markDirty(this.#db, [...this.#changed.values()]);
    this.#changed.clear();
    await sql`update webhooks.dirty set not_before = now()`.execute(this.#db);
    while (await this.#hydrator.round());
  }

  /** What was told to products since the last time, in order. */
  async told(): Promise<{ readonly kind: LoopRecords; readonly event: ToldEvent }[]> {
    const { rows } = await sql<{ type: string; subject: string; payload: JsonObject; tenant: string }>`
      with taken as (delete from outbox.events returning *)
      select event_type as type, aggregate_id as subject, payload, tenant_id as tenant
        from taken where aggregate_type <> 'outcomes' order by created_at`.execute(this.#db);
    return rows.flatMap(({ tenant, ...event }) => {
      const kind = this.#options.kinds.find(({ pack }) => this.#packs.get(pack)?.product === tenant);
      return kind === undefined ? [] : [{ kind, event }];
    });
  }

  async edit({ pack, module, identity }: LoopRecords, name: string, fields: JsonObject): Promise<void> {
    const answer = await this.#crm.act('edit', { module, match: { [identity]: name }, fields, user: 'Sam Sales' });
    const [record] = answer['records'] as { id: string }[];
    const made = this.#packs.get(pack);
    if (record !== undefined && made !== undefined) this.#notify(connectionOf(made), module, record.id);
  }

  /** A second passes in the CRM. */
  async pass(): Promise<void> {
    await this.#crm.act('clock', { advanceMs: SECOND_MS });
  }

  /** The records of a kind, by what names them. */
  async records({ module, identity }: LoopRecords): Promise<Map<string, CrmRecord>> {
    const records = (await this.#crm.records(module)) as CrmRecord[];
    return new Map(records.map((record) => [wordOf(record, identity), record]));
  }

  async isDirty(): Promise<boolean> {
    if (this.#changed.size > 0) return true;
    const { rows } = await sql`select from webhooks.dirty limit 1`.execute(this.#db);
    return rows.length > 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#kept.disposeAsync();
  }

  /** The client, with each write that succeeds counted, and notified of as the CRM would. */
  #counting(connectionId: string, zoho: ZohoClient): ZohoClient {
    const counted = async (module: string, made: Promise<WriteOutcome[]>): Promise<WriteOutcome[]> => {
      const outcomes = await made;
      for (const outcome of outcomes) {
        if (outcome.kind !== 'succeeded') continue;
        this.writes.set(outcome.recordId, (this.writes.get(outcome.recordId) ?? 0) + 1);
        this.#notify(connectionId, module, outcome.recordId);
      }
      return outcomes;
    };
    return {
      ...zoho,
      upsert: (module, options) => counted(module, zoho.upsert(module, options)),
      update: (module, options) => counted(module, zoho.update(module, options)),
    };
  }

  #notify(connectionId: string, module: string, recordId: string): void {
    const mark = { connectionId, module, recordId, reason: 'notification' } as const;
    this.#changed.set(`${connectionId}/${module}/${recordId}`, mark);
  }
}

const connectionOf = ({ product }: Pick<Pack, 'product'>): string => `zoho-${product}`;
