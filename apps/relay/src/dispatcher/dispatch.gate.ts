import type { Kysely } from 'kysely';
import { isQuiet, listConnections, type Connection } from '#connections';
import type { Lane } from '#contracts';
import {
  RELEASED,
  moveCircuit,
  readCircuits,
  returnCommands,
  spendTokens,
  standingOf,
  throttledConnections,
  type CircuitEvent,
  type ClaimedCommand,
  type ConnectionCircuit,
  type SettledCommand,
} from '#ledger';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { signalsOf } from './circuit.signal.ts';

/** How old what is known may be: a person's stop takes effect within two seconds. Milliseconds. */
const REFRESH = 500;
/** A probe that nothing was heard of for so long counts as lost: longer than a call may take. Milliseconds. */
const PROBE_LEASE = 120_000;

export interface DispatchGateOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly logger: Logger;
  readonly onTrip?: (connectionId: string) => void;
  /** Milliseconds. */
  readonly refreshMs?: number;
  /** For quiet hours. */
  readonly clock?: () => Date;
  readonly random?: () => number;
}

/**
 * Says what may go out: nothing of a connection whose destination is away (its circuit is open), in quiet hours, or that a person
 * stopped, and no more a second than a person said. What is known is read every half second; holds and states are looked at again before every call.
 */
export class DispatchGate {
  readonly #options: DispatchGateOptions;
  #connections: ReadonlyMap<string, Connection> = new Map();
  #circuits: ReadonlyMap<string, ConnectionCircuit> = new Map();
  /** Connections whose commands are throttled; null: all of them. */
  #throttled: ReadonlySet<string | null> = new Set();
  readonly #probing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DispatchGateOptions) {
    this.#options = options;
  }

  /** Reads once what is known, and then again and again. A failure leaves it as it is. */
  async start(): Promise<void> {
    this.#running = this.refresh()
      .catch((error: unknown) => this.#options.logger.warn(errorFields(error), 'what is held could not be read'))
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), this.#options.refreshMs ?? REFRESH);
      });
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async refresh(): Promise<void> {
    const { db } = this.#options;
    this.#connections = new Map((await listConnections(db)).map((connection) => [connection.id, connection]));
    this.#circuits = new Map((await readCircuits(db)).map((circuit) => [circuit.connectionId, circuit]));
    this.#throttled = await throttledConnections(db);
  }

  /** True while an operator lets only so much of the connection's commands go out a second. */
  isThrottled(connectionId: string): boolean {
    return this.#throttled.has(connectionId) || this.#throttled.has(null);
  }

  /** True while a person has paused the connection: no call of it leaves. */
  isStopped(connectionId: string): boolean {
    return this.#connections.get(connectionId)?.state === 'paused';
  }

  /** Those of the lanes in which commands may be claimed now. */
  lanes(connectionId: string, lanes: readonly Lane[]): readonly Lane[] {
    if (this.#isOpen(connectionId)) return [];
    return lanes.filter((lane) => !this.#isQuiet(connectionId, lane));
  }

  /**
   * A connection of these whose destination is to be tried with one command, which this process alone does; null when there is none.
   * It is to be followed by `probed`.
   */
  async probe(connectionIds: readonly string[]): Promise<string | null> {
    for (const id of connectionIds) {
      if (this.#circuits.get(id)?.due !== true || this.isStopped(id)) continue;
      const { circuit, changed } = await this.#move(id, { kind: 'probe', leaseMs: PROBE_LEASE });
      if (!changed || circuit.state !== 'half_open') continue;
      this.#probing.add(id);
      return id;
    }
    return null;
  }

  /** The probe is over. Where nothing was heard of it, since there was nothing to send, another one may follow at once. */
  async probed(connectionId: string): Promise<void> {
    this.#probing.delete(connectionId);
    await this.#move(connectionId, { kind: 'unused' });
  }

  /** What outcomes say of their destinations. */
  async heard(settled: readonly SettledCommand[]): Promise<void> {
    for (const [id, signal] of signalsOf(settled)) {
      const known = this.#circuits.get(id);
      if (signal === 'answered' && (known === undefined || isClean(known))) continue;
      const { random = Math.random, logger, onTrip } = this.#options;
      const event: CircuitEvent = signal === 'answered' ? { kind: 'answered' } : { kind: 'failed', random: random() };
      const { circuit, changed } = await this.#move(id, event);
      if (!changed) continue;
      if (circuit.state === 'open') {
        onTrip?.(id);
        const until = new Date(circuit.until).toISOString();
        logger.error({ connection: id, code: 'CRM_CIRCUIT_OPEN', until }, 'no calls go out: the CRM does not answer');
      } else if (known?.state !== 'closed') {
        logger.info({ connection: id }, 'the CRM answers again');
      }
    }
  }

  /** Looks again at claimed commands right before their call: what is held meanwhile goes back, what is left alone ends. */
  async sift(
    commands: readonly ClaimedCommand[],
    owner: string,
  ): Promise<{ readonly open: ClaimedCommand[]; readonly ended: SettledCommand[] }> {
    if (commands.length === 0) return { open: [], ended: [] };
    const { db } = this.#options;
    const { held, released } = await standingOf(db, commands);
    const isBack = (command: ClaimedCommand): boolean =>
      held.has(command.id) ||
      this.#isQuiet(command.connectionId, command.lane) ||
      (this.#isOpen(command.connectionId) && !this.#probing.has(command.connectionId));
    const back = commands.filter(isBack);
    if (back.length > 0) await returnCommands(db, back, owner);
    const rest = commands.filter((command) => !isBack(command));
    return {
      open: rest.filter(({ id }) => !released.has(id)),
      ended: rest.filter(({ id }) => released.has(id)).map((command) => ({ command, outcome: RELEASED })),
    };
  }

  /** Those of one call's commands that throttles let go now; the others go back. To be asked once for a call. */
  async pace(commands: readonly ClaimedCommand[], owner: string): Promise<readonly ClaimedCommand[]> {
    const { db } = this.#options;
    if (!commands.some(({ connectionId }) => this.isThrottled(connectionId))) return commands;
    const back = await spendTokens(db, commands);
    const early = commands.filter(({ id }) => back.has(id));
    if (early.length > 0) await returnCommands(db, early, owner);
    return commands.filter(({ id }) => !back.has(id));
  }

  #isOpen(connectionId: string): boolean {
    return (this.#circuits.get(connectionId)?.state ?? 'closed') !== 'closed';
  }

  #isQuiet(connectionId: string, lane: Lane): boolean {
    const quiet = this.#connections.get(connectionId)?.settings.quietHours;
    return quiet !== undefined && isQuiet(quiet, this.#options.clock?.() ?? new Date(), lane);
  }

  async #move(connectionId: string, event: CircuitEvent): ReturnType<typeof moveCircuit> {
    const moved = await moveCircuit(this.#options.db, connectionId, event);
    const { circuit } = moved;
    const isClosed = circuit.state === 'closed';
    this.#circuits = new Map(this.#circuits).set(connectionId, {
      connectionId,
      state: circuit.state,
      failures: isClosed ? circuit.failures : 0,
      trips: isClosed ? 0 : circuit.trips,
      until: isClosed ? null : new Date(circuit.until),
      // The next reading tells, by the database's clock.
      due: false,
    });
    return moved;
  }
}

function isClean({ state, failures }: ConnectionCircuit): boolean {
  return state === 'closed' && failures === 0;
}
