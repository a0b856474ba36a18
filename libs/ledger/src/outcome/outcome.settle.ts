import { sql, type Kysely } from 'kysely';
import type { Outcome } from '#contracts';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { ClaimedCommand } from '../command/command.row.ts';
import { dropLinks, putLinks, type Link } from '../link/link.store.ts';
import { dropEchoes } from '../echo/echo.store.ts';
import { settlementOf, type Settlement } from './outcome.policy.ts';

/** One command with what its attempt came to. */
export interface SettledCommand {
  readonly command: ClaimedCommand;
  readonly outcome: Outcome;
  /** The link after the attempt, if it changed: a new record, or the one that a conversion or merge moved it to. */
  readonly link?: Omit<Link, 'connectionId' | 'recordKey'>;
  /** Of a conversion: the links of what it made. The Lead itself has none any more. */
  readonly made?: readonly Omit<Link, 'connectionId'>[];
}

export interface SettleOptions {
  readonly owner: string;
  /** Injected so that tests need no chance. In [0, 1). */
  readonly random: () => number;
}

/**
 * Records outcomes, attempts, links and an outbox row for each command, in one transaction. Commands whose lease went
 * to another claim meanwhile, be it of this process, are left alone (the fence): that one settles them.
 * @returns the ids that were settled here.
 */
export function settleCommands(
  db: Kysely<IntegrationDatabase>,
  settled: readonly SettledCommand[],
  options: SettleOptions,
): Promise<Set<string>> {
  const decided = settled.map((entry) => {
    const { lane, failures } = entry.command;
    return { ...entry, settlement: settlementOf(entry.outcome, { lane, failures, random: options.random() }) };
  });
  return transaction(db, async (trx) => {
    const ids = await updateCommands(trx, decided, options.owner);
    const ours = decided.filter((entry) => ids.has(entry.command.id));
    await finishAttempts(trx, ours);
    // A Lead that a person converted is linked to the Contact that the conversion's own link names, so its link goes first.
    await dropLinks(
      trx,
      ours.filter(({ made }) => made !== undefined).map(({ command }) => command),
    );
    await putLinks(trx, ours.flatMap(linksOf));
    const gone = ours.filter(isDeleted).map(({ command }) => command);
    await dropLinks(trx, gone);
    await dropEchoes(trx, gone);
    await emitOutcomes(trx, ours);
    return ids;
  });
}

type Decided = SettledCommand & { readonly settlement: Settlement };

async function updateCommands(
  trx: Kysely<IntegrationDatabase>,
  decided: Decided[],
  owner: string,
): Promise<Set<string>> {
  const rows = JSON.stringify(
    decided.map(({ command, settlement }) => ({
      id: command.id,
      attempt: command.attempt,
      state: settlement.state,
      delay: settlement.delayMs / 1000,
      lane: settlement.lane,
      failures: settlement.failures,
      code: settlement.code,
      reason: settlement.reason,
      field: settlement.field,
    })),
  );
  const result = await sql<{ id: string }>`
    update ledger.commands c
       set state = r.state, lane = r.lane, failures = r.failures, code = r.code, reason = r.reason, field = r.field,
           not_before = now() + make_interval(secs => r.delay), attempts_finished = c.attempts_finished + 1,
           lease_owner = null, lease_until = null,
           finished_at = case when r.state in ('succeeded', 'skipped') then clock_timestamp() end
      from jsonb_to_recordset(${rows}::jsonb) as r
             (id bigint, attempt integer, state text, delay double precision, lane text, failures integer, code text,
              reason text, field text)
     where c.id = r.id and c.state = 'in_flight' and c.lease_owner = ${owner} and c.attempts_started = r.attempt
    returning c.id::text`.execute(trx);
  return new Set(result.rows.map((row) => row.id));
}

async function finishAttempts(trx: Kysely<IntegrationDatabase>, decided: Decided[]): Promise<void> {
  const rows = JSON.stringify(
    decided.map(({ command, outcome, settlement }) => ({
      id: command.id,
      number: command.attempt,
      outcome: outcome.kind,
      code: settlement.code,
      reason: settlement.reason,
    })),
  );
  await sql`
    update ledger.attempts a
       set finished_at = clock_timestamp(), outcome = r.outcome, code = r.code, reason = r.reason
      from jsonb_to_recordset(${rows}::jsonb) as r (id bigint, number integer, outcome text, code text, reason text)
     where a.command_id = r.id and a.number = r.number`.execute(trx);
}

function linksOf({ command, link, made = [] }: Decided): Link[] {
  const { connectionId, recordKey } = command;
  const own = link === undefined ? [] : [{ connectionId, recordKey, ...link }];
  return [...own, ...made.map((each) => ({ connectionId, ...each }))];
}

/**
 * After a delete, done or skipped since a person converted the record, the entity has no link any more: the same identity
 * inserted again makes a new record.
 */
function isDeleted({ command, outcome }: Decided): boolean {
  return command.operation === 'delete' && (outcome.kind === 'succeeded' || outcome.kind === 'skipped');
}

/** Outcomes are events too (topic `crm.outcomes`): ids and codes, no field values and no reasons that may quote them. */
async function emitOutcomes(trx: Kysely<IntegrationDatabase>, decided: Decided[]): Promise<void> {
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
