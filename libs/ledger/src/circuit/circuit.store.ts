import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { transaction, type IntegrationDatabase } from '#postgres';
import { CLOSED, nextCircuit, type Circuit, type CircuitEvent } from './circuit.machine.ts';

export interface ConnectionCircuit {
  readonly connectionId: string;
  readonly state: Circuit['state'];
  readonly failures: number;
  readonly trips: number;
  /** Null when closed. */
  readonly until: Date | null;
  /** Open for long enough, or a probe that was lost: somebody may probe. */
  readonly due: boolean;
}

/** The circuits of all connections whose destination failed at some time. */
export async function readCircuits(db: QueryExecutorProvider): Promise<ConnectionCircuit[]> {
  const { rows } = await sql<ConnectionCircuit>`
    select connection_id as "connectionId", state, failures, trips, until_at as until,
           state <> 'closed' and until_at <= clock_timestamp() as due
      from ledger.circuits order by connection_id`.execute(db);
  return rows;
}

interface CircuitRow {
  state: Circuit['state'];
  failures: number;
  trips: number;
  until: number | null;
  now: number;
}

/**
 * Moves a connection's circuit. All processes do so under the lock of its row and by the database's clock, so they agree, one of them
 * gets the probe, and a restart forgets nothing.
 * @returns the state after it, and whether it changed.
 */
export function moveCircuit(
  db: Kysely<IntegrationDatabase>,
  connectionId: string,
  event: CircuitEvent,
): Promise<{ readonly circuit: Circuit; readonly changed: boolean }> {
  return transaction(db, async (trx) => {
    await sql`
      insert into ledger.circuits (connection_id, state) values (${connectionId}, 'closed')
          on conflict do nothing`.execute(trx);
    const { rows } = await sql<CircuitRow>`
      select state, failures, trips, extract(epoch from until_at)::double precision * 1000 as until,
             extract(epoch from clock_timestamp())::double precision * 1000 as now
        from ledger.circuits where connection_id = ${connectionId} for update`.execute(trx);
    const [row] = rows;
    if (row === undefined) return { circuit: CLOSED, changed: false };
    const before = circuitOf(row);
    const circuit = nextCircuit(before, event, row.now);
    if (circuit === before) return { circuit, changed: false };
    const open = circuit.state === 'closed' ? null : circuit;
    await sql`
      update ledger.circuits
         set state = ${circuit.state}, failures = ${circuit.state === 'closed' ? circuit.failures : 0},
             trips = ${open?.trips ?? 0}, until_at = to_timestamp(${open === null ? null : open.until / 1000}::double precision),
             changed_at = clock_timestamp()
       where connection_id = ${connectionId}`.execute(trx);
    return { circuit, changed: true };
  });
}

function circuitOf({ state, failures, trips, until, now }: CircuitRow): Circuit {
  return state === 'closed' ? { state, failures } : { state, trips, until: until ?? now };
}
