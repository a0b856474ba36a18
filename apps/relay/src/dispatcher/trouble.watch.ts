import type { Kysely } from 'kysely';
import { isQuiet, listConnections, type Connection } from '#connections';
import { LANES, type Lane } from '#contracts';
import { countHeld, countThrottled, readCircuits, readTrying, type ConnectionCircuit } from '#ledger';
import { counter, errorFields, gauge, type Health, type Logger, type Registry } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { showThrottles, throttleMetrics } from './throttle.metrics.ts';

/** A command that was tried for so long calls a person (packs/README.md section 4). Seconds. */
const A_DAY = 86_400;
const CIRCUIT_VALUES = { closed: 0, half_open: 1, open: 2 } as const;
/** Why the commands of a connection do not go out; each is 1 or 0 in the metrics. */
const CAUSES = ['circuit', 'paused', 'action_needed', 'quiet'] as const;

export type TroubleMetrics = ReturnType<typeof troubleMetrics>;

export function troubleMetrics(registry: Registry) {
  return {
    circuit: gauge(registry, 'connection_circuit', {
      help: 'Whether calls go out: 0 yes, 1 one at a time to try, 2 none since the CRM does not answer',
      labelNames: ['connection'],
    }),
    trips: counter(registry, 'connection_circuit_trips_total', {
      help: 'How often this process found that the CRM does not answer',
      labelNames: ['connection'],
    }),
    stopped: gauge(registry, 'connection_stopped', {
      help: 'Why commands of a connection wait: 1 where the cause holds',
      labelNames: ['connection', 'cause'],
    }),
    held: gauge(registry, 'ledger_held_commands', {
      help: 'Open commands that operators hold back by pack, type or record',
      labelNames: ['connection'],
    }),
    throttles: throttleMetrics(registry),
    longestTry: gauge(registry, 'ledger_longest_try_seconds', {
      help: 'For how long the command that has been tried longest has been tried in vain',
      labelNames: ['connection'],
    }),
    triedForADay: gauge(registry, 'ledger_commands_tried_for_a_day', {
      help: 'Commands that have been tried in vain for 24 hours',
      labelNames: ['connection'],
    }),
  };
}

export interface TroubleWatchOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly logger: Logger;
  readonly metrics: TroubleMetrics;
  readonly health: Health;
  readonly clock?: () => Date;
}

/** Shows in metrics, health and log which connections' commands wait and why. The CRM being away does not make the relay unready. */
export class TroubleWatch {
  readonly #options: TroubleWatchOptions;
  /** Connection -> how many commands were reported as tried for a day. */
  readonly #told = new Map<string, number>();

  constructor(options: TroubleWatchOptions) {
    this.#options = options;
  }

  /** A look that fails leaves everything as it is. Never rejects. */
  async look(): Promise<void> {
    const { db, logger, clock } = this.#options;
    try {
      const connections = await listConnections(db);
      const circuits = new Map((await readCircuits(db)).map((circuit) => [circuit.connectionId, circuit]));
      const trying = await readTrying(db, A_DAY);
      const held = await countHeld(db);
      showThrottles(this.#options.metrics.throttles, await countThrottled(db));
      const now = clock?.() ?? new Date();
      for (const connection of connections) {
        this.#show(connection, circuits.get(connection.id), now);
        this.#options.metrics.held.set({ connection: connection.id }, held.get(connection.id) ?? 0);
        this.#tell(connection.id, trying.get(connection.id) ?? { longestSeconds: 0, overdue: 0 });
      }
    } catch (error) {
      logger.warn(errorFields(error), 'what waits could not be looked at');
    }
  }

  #show(connection: Connection, circuit: ConnectionCircuit | undefined, now: Date): void {
    const { metrics, health } = this.#options;
    const { id } = connection;
    metrics.circuit.set({ connection: id }, CIRCUIT_VALUES[circuit?.state ?? 'closed']);
    const causes = causesOf(connection, circuit, now);
    for (const cause of CAUSES) metrics.stopped.set({ connection: id, cause }, causes.includes(cause) ? 1 : 0);
    const note = causes.length === 0 ? {} : { note: `commands wait: ${causes.join(', ')}` };
    health.set(`connection ${id}`, { ready: true, ...note });
  }

  #tell(connection: string, { longestSeconds, overdue }: { longestSeconds: number; overdue: number }): void {
    const { metrics, logger } = this.#options;
    metrics.longestTry.set({ connection }, longestSeconds);
    metrics.triedForADay.set({ connection }, overdue);
    // Told when there are more than before, not with every look.
    if (overdue > (this.#told.get(connection) ?? 0)) {
      const about = { connection, code: 'CRM_TRIED_FOR_A_DAY', commands: overdue, seconds: longestSeconds };
      logger.error(about, 'commands have been tried for a day');
    }
    this.#told.set(connection, overdue);
  }
}

/** Why commands of a connection do not go out now. Pure. */
export function causesOf(
  { state, settings }: Pick<Connection, 'state' | 'settings'>,
  circuit: Pick<ConnectionCircuit, 'state'> | undefined,
  now: Date,
): (typeof CAUSES)[number][] {
  const isQuietIn = (lane: Lane): boolean =>
    settings.quietHours !== undefined && isQuiet(settings.quietHours, now, lane);
  const holds = {
    circuit: circuit !== undefined && circuit.state !== 'closed',
    paused: state === 'paused',
    action_needed: state === 'action_needed',
    quiet: LANES.some(isQuietIn),
  };
  return CAUSES.filter((cause) => holds[cause]);
}
