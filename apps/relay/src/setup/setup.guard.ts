import type { Kysely } from 'kysely';
import { checkSetUp, listConnections, setConnectionState, type Connection, type SetUpReader } from '#connections';
import type { Mapping } from '#mapping';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import type { Failure } from '#zoho';

/** How often connections that are not cleared yet are looked at again. */
const AGAIN_MS = 2000;

export interface SetUpGuardOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clients: { clientOf(connectionId: string): Promise<SetUpReader> };
  readonly mappings: readonly Mapping[];
  readonly logger: Logger;
  readonly onCleared: () => void;
  /** Milliseconds. */
  readonly againMs?: number;
}

/**
 * Lets commands of a connection out only after its CRM was found to have the fields and pipelines that the packs need: a
 * write without the unique field would make duplicates, a Deal without its pipeline is refused (packs/README.md section 4).
 */
export class SetUpGuard {
  readonly #options: SetUpGuardOptions;
  readonly #cleared = new Set<string>();
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SetUpGuardOptions) {
    this.#options = options;
  }

  get cleared(): readonly string[] {
    return [...this.#cleared];
  }

  /** Checks all connections once, then those that are not cleared again and again. */
  async start(): Promise<void> {
    this.#running = this.#checkAll().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), this.#options.againMs ?? AGAIN_MS);
    });
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #checkAll(): Promise<void> {
    try {
      const connections = await listConnections(this.#options.db);
      const open = connections.filter((connection) => !this.#cleared.has(connection.id) && isChecked(connection));
      // One connection's trouble is none of the others'.
      for (const connection of open)
        await this.#check(connection).catch((error: unknown) => this.#tell(connection.id, errorFields(error)));
    } catch (error) {
      this.#tell('', errorFields(error));
    }
  }

  async #check(connection: Connection): Promise<void> {
    const { db, clients, mappings } = this.#options;
    const client = await clients.clientOf(connection.id);
    for (const mapping of mappings.filter(({ destination }) => destination === connection.destination)) {
      const result = await checkSetUp(client, mapping);
      if (result.kind !== 'ok') return this.#refused(connection.id, result);
      const stops = result.differences.filter((difference) => difference.stops);
      if (stops.length > 0) {
        const reason = stops.map(({ module, apiName, difference }) => `${module}.${apiName}: ${difference}`).join('; ');
        await setConnectionState(db, { id: connection.id, state: 'action_needed', code: 'CRM_SETUP_WRONG', reason });
        return this.#tell(connection.id, { code: 'CRM_SETUP_WRONG', reason });
      }
    }
    if (connection.stateCode === 'CRM_SETUP_WRONG') {
      await setConnectionState(db, { id: connection.id, state: 'active', code: null, reason: null });
    }
    this.#cleared.add(connection.id);
    this.#options.logger.info({ connection: connection.id }, 'the set-up of the CRM is in order');
    this.#options.onCleared();
  }

  /** Credentials that are not accepted stay wrong until a person has acted; anything else is looked at again. */
  async #refused(id: string, failure: Failure): Promise<void> {
    const { code, reason } = failure;
    if (failure.kind === 'rejected' && failure.concerns === 'connection') {
      await setConnectionState(this.#options.db, { id, state: 'action_needed', code, reason });
    }
    this.#tell(id, { code, reason });
  }

  /** The same trouble is told once, not every two seconds. */
  #tell(connection: string, fields: { code: string; reason: string }): void {
    if (this.#told.get(connection) === fields.reason) return;
    this.#told.set(connection, fields.reason);
    this.#options.logger.error({ connection, ...fields }, 'commands of the connection wait for its set-up');
  }
}

/** Connections that a person paused, or that stopped for another reason, stay as they are; no call of theirs leaves. */
function isChecked({ state, stateCode }: Connection): boolean {
  return state === 'active' || (state === 'action_needed' && stateCode === 'CRM_SETUP_WRONG');
}
