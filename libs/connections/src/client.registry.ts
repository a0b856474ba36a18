import type { Kysely } from 'kysely';
import { LANES, type Lane } from '#contracts';
import { creditStore } from '#ledger';
import type { Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { createZohoClient, isShort, type CallObserver, type SecretBox, type ZohoCalls, type ZohoClient } from '#zoho';
import type { BudgetMetrics } from './budget.metrics.ts';
import { ConnectionBudget } from './connection.budget.ts';
import { readForClient } from './connection.store.ts';
import { heldGate, type HeldCalls } from './held.gate.ts';
import { postgresLock, postgresTokenStore } from './token.store.ts';

export interface ClientRegistryOptions extends HeldCalls {
  readonly db: Kysely<IntegrationDatabase>;
  /**
   * A small pool of its own for the locks of token refreshes. A holder keeps a place of it while it reads and writes the
   * token through `db`; with one pool for both, enough holders would wait for each other for ever.
   */
  readonly locks: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  readonly callTimeoutMs: number;
  readonly onCall?: CallObserver;
  readonly budgets?: BudgetMetrics;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  readonly logger: Logger;
}

interface Entry {
  readonly client: ZohoClient;
  readonly budget: ConnectionBudget;
  /** Credentials and settings that the client was made with: new ones make a new client. */
  readonly made: string;
}

/** One client and one budget a connection, made when they are first needed and again when its credentials change. */
export class ClientRegistry {
  readonly #options: ClientRegistryOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ClientRegistryOptions) {
    this.#options = options;
  }

  /** The calls of a connection for a class of work. @throws CausewayError `CONNECTION_MISSING`, `SECRET_UNREADABLE` */
  async clientOf(connectionId: string, lane: Lane = 'live'): Promise<ZohoCalls> {
    const { db, box } = this.#options;
    const given = await readForClient(db, box, connectionId);
    const made = JSON.stringify(given);
    const known = this.#entries.get(connectionId);
    if (known?.made === made) return known.client.in(lane);
    const entry = this.#make(connectionId, given);
    this.#entries.set(connectionId, { ...entry, made });
    await known?.client.close();
    return entry.client.in(lane);
  }

  /** Lanes in which a call could go out now, by our own count. All of them for a connection that made no call yet. */
  openLanes(connectionId: string): readonly Lane[] {
    const budget = this.#entries.get(connectionId)?.budget.budget;
    return budget === undefined ? LANES : LANES.filter((lane) => budget.isOpen(lane));
  }

  /** Whether a connection will run out of credits, by our own count; false for one that made no call yet. */
  creditsShort(connectionId: string): boolean {
    const budget = this.#entries.get(connectionId)?.budget.budget;
    return budget !== undefined && isShort(budget.state());
  }

  /** Shows how every budget stands in the metrics. */
  show(): void {
    for (const [id, { budget }] of this.#entries) this.#options.budgets?.show(id, budget.budget.state());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ client }) => client.close()));
    this.#entries.clear();
  }

  #make(connectionId: string, given: Awaited<ReturnType<typeof readForClient>>): Pick<Entry, 'client' | 'budget'> {
    const { db, locks, box, callTimeoutMs, onCall, budgets, clock = Date.now } = this.#options;
    const { credentials, settings } = given;
    const logger = this.#options.logger.child({ connection: connectionId });
    const budget = new ConnectionBudget({
      store: creditStore(db, connectionId),
      clock,
      logger,
      settings: definedOf(settings.limits ?? {}),
      onEvent: (event) => budgets?.onEvent(connectionId, event),
    });
    const client = createZohoClient({
      accountsUrl: credentials.accountsUrl,
      clientId: credentials.clientId,
      clientSecret: credentials.clientSecret,
      refreshToken: credentials.refreshToken,
      allowedApiDomains: credentials.apiDomains,
      tokenStore: postgresTokenStore(db, box, connectionId),
      withLock: postgresLock(locks, connectionId),
      timeouts: { call: callTimeoutMs },
      gate: heldGate(connectionId, budget, this.#options),
      clock,
      logger,
      ...(onCall === undefined ? {} : { onCall }),
    });
    budget.learnBy(client.in('reconcile'));
    return { client, budget };
  }
}

/** Only what was said: an absent setting must not take a learned limit away. */
function definedOf(limits: { credits?: number | undefined; concurrency?: number | undefined }): {
  credits?: number;
  concurrency?: number;
} {
  const { credits, concurrency } = limits;
  return { ...(credits === undefined ? {} : { credits }), ...(concurrency === undefined ? {} : { concurrency }) };
}
