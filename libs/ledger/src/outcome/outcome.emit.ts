import { sql, type QueryExecutorProvider } from 'kysely';
import type { Outcome } from '#contracts';
import type { ClaimedCommand } from '../command/command.row.ts';
import type { Settlement } from './outcome.policy.ts';

export interface EmittedOutcome {
  readonly command: ClaimedCommand;
  readonly outcome: Outcome;
  readonly settlement: Settlement;
  readonly link?: { readonly recordId: string };
}

/** Outcomes are events too (topic `crm.outcomes`): ids and codes, no field values and no reasons that may quote them. */
export async function emitOutcomes(trx: QueryExecutorProvider, decided: readonly EmittedOutcome[]): Promise<void> {
  const rows = JSON.stringify(
    decided.map(({ command, outcome, settlement, link }, position) => ({
      entity_id: command.entityId,
      tenant_id: command.tenantId,
      event_type: `crm.command.${outcome.kind}`,
      position,
      payload: {
        command_id: command.id,
        connection_id: command.connectionId,
        product: command.product,
        entity_type: command.entityType,
        entity_id: command.entityId,
        event_id: command.eventId,
        operation: command.operation,
        module: command.module,
        record_id: link?.recordId ?? command.link?.recordId ?? null,
        attempt: command.attempt,
        state: settlement.state,
        code: settlement.code,
        field: settlement.field,
        cause: outcome.kind === 'skipped' ? outcome.reason : null,
        ...(outcome.kind === 'succeeded' && outcome.saved === true ? { saved: true } : {}),
      },
    })),
  );
  await sql`
    select outbox.emit('outcomes', r.entity_id, r.event_type, r.payload, tenant_id => r.tenant_id)
      from (select * from jsonb_to_recordset(${rows}::jsonb)
              as r (entity_id text, tenant_id text, event_type text, payload jsonb, position integer)
             order by position) r`.execute(trx);
}

export interface EndedCommands {
  readonly ids: readonly string[];
  /** What happened: the event is `crm.command.<what>`. */
  readonly what: 'skipped' | 'edited' | 'retried' | 'restored';
  /** A fixed word, never what somebody wrote: `operator`, `released`, `cancelled`, `restored`, ... */
  readonly cause: string;
}

/**
 * Tells the topic `crm.outcomes` of commands that changed without an attempt: ended, edited or given free by somebody. Of each as
 * it stands now, in the transaction that changed it. Who ends a command in any other way than `settleCommands` calls this.
 */
export async function emitEnds(trx: QueryExecutorProvider, { ids, what, cause }: EndedCommands): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    select outbox.emit('outcomes', r.entity_id, ${`crm.command.${what}`}, r.payload, tenant_id => r.tenant_id)
      from (select c.entity_id, n.tenant_id, jsonb_build_object(
                     'command_id', c.id::text, 'connection_id', c.connection_id, 'product', c.product,
                     'entity_type', c.entity_type, 'entity_id', c.entity_id, 'event_id', c.event_id,
                     'operation', c.operation, 'module', c.module, 'record_id', l.record_id,
                     'attempt', c.attempts_started, 'state', c.state, 'code', c.code, 'field', c.field,
                     'cause', ${cause}::text) as payload
              from ledger.commands c
              join connections.connections n on n.id = c.connection_id
              left join ledger.links l on l.connection_id = c.connection_id and l.record_key = c.record_key
             where c.id = any(${[...ids]}::bigint[])
             order by c.id) r`.execute(trx);
}
