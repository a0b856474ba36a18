import { sql, type Kysely } from 'kysely';
import { listConnections, quietUntil } from '#connections';
import { readCircuits } from '#ledger';
import type { IntegrationDatabase } from '#postgres';

/** How a connection stands: whether its commands go out, and if not, why. */
export interface ConnectionReport {
  readonly id: string;
  readonly tenantId: string;
  readonly destination: string;
  readonly state: string;
  readonly stateCode: string | null;
  readonly stateReason: string | null;
  /** Whether its destination answers: `closed` as usual, `open`: no calls, `half_open`: one call tries. */
  readonly circuit: 'closed' | 'open' | 'half_open';
  /** Calls that failed one after another; as long as the circuit is closed. */
  readonly failures: number;
  /** RFC 3339: when the next call tries. */
  readonly nextTryAt: string | null;
  /** RFC 3339: end of the quiet hours that hold now. */
  readonly quietUntil: string | null;
  /** Open commands by state. */
  readonly commands: Readonly<Record<string, number>>;
  /** RFC 3339: since when the command that has been tried longest has been tried in vain. */
  readonly tryingSince: string | null;
}

interface CountRow {
  connection_id: string;
  state: string;
  count: number;
  trying_since: Date | null;
}

/** All connections, or the one named, from the database alone. */
export async function readConnections(
  db: Kysely<IntegrationDatabase>,
  options: { readonly id?: string; readonly now?: Date } = {},
): Promise<ConnectionReport[]> {
  const { id, now = new Date() } = options;
  const connections = (await listConnections(db)).filter((connection) => id === undefined || connection.id === id);
  const circuits = new Map((await readCircuits(db)).map((circuit) => [circuit.connectionId, circuit]));
  const { rows: reasons } = await sql<{ id: string; state_reason: string | null }>`
    select id, state_reason from connections.connections`.execute(db);
  const { rows: counts } = await sql<CountRow>`
    select connection_id, state, count(*)::integer as count, min(trying_since) as trying_since
      from ledger.commands where state in ('ready', 'in_flight', 'unknown', 'parked')
     group by connection_id, state`.execute(db);
  return connections.map((connection) => {
    const { quietHours } = connection.settings;
    const circuit = circuits.get(connection.id);
    const own = counts.filter((row) => row.connection_id === connection.id);
    const since = own.flatMap(({ trying_since: at }) => at ?? []).toSorted((a, b) => a.getTime() - b.getTime())[0];
    return {
      id: connection.id,
      tenantId: connection.tenantId,
      destination: connection.destination,
      state: connection.state,
      stateCode: connection.stateCode,
      stateReason: reasons.find((row) => row.id === connection.id)?.state_reason ?? null,
      circuit: circuit?.state ?? 'closed',
      failures: circuit?.failures ?? 0,
      nextTryAt: circuit?.until?.toISOString() ?? null,
      quietUntil: quietHours === undefined ? null : (quietUntil(quietHours, now)?.toISOString() ?? null),
      commands: Object.fromEntries(own.map(({ state, count }) => [state, count])),
      tryingSince: since?.toISOString() ?? null,
    };
  });
}
