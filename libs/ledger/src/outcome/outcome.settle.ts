import { sql, type Kysely } from 'kysely';
import type { Outcome } from '#contracts';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { ClaimedCommand } from '../command/command.row.ts';
import { markLost } from '../link/link.lost.ts';
import { dropLinks, putLinks, type Link } from '../link/link.store.ts';
import { dropEchoes } from '../echo/echo.store.ts';
import { emitOutcomes } from './outcome.emit.ts';
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
  /** Credits of the calls that led to these outcomes: each attempt bears an equal part. Left out where nobody counted. */
  readonly credits?: number;
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
  return transaction(db, async (trx) => {
    const throttles = await throttlesOf(trx, settled);
    const decided = settled.map((entry) => {
      const { id, lane, failures } = entry.command;
      const attempt = { lane, failures, throttles: throttles.get(id) ?? 0, random: options.random() };
      return { ...entry, settlement: settlementOf(entry.outcome, attempt) };
    });
    const ids = await updateCommands(trx, decided, options.owner);
    const ours = decided.filter((entry) => ids.has(entry.command.id));
    await finishAttempts(trx, ours, partOf(options.credits, settled.length));
    // A Lead that a person converted is linked to the Contact that the conversion's own link names, so its link goes first.
    await dropLinks(
      trx,
      ours.filter(({ made }) => made !== undefined).map(({ command }) => command),
    );
    await putLinks(trx, ours.flatMap(linksOf));
    await markLost(
      trx,
      ours.filter(isDeletedByAPerson).map(({ command }) => command),
    );
    const gone = ours.filter(isDeleted).map(({ command }) => command);
    await dropLinks(trx, gone);
    await dropEchoes(trx, gone);
    await emitOutcomes(trx, ours);
    return ids;
  });
}

type Decided = SettledCommand & { readonly settlement: Settlement };

/** How often each of those that met no room did before. */
async function throttlesOf(
  trx: Kysely<IntegrationDatabase>,
  settled: readonly SettledCommand[],
): Promise<Map<string, number>> {
  const ids = settled.flatMap(({ command, outcome }) => (metNoRoom(outcome) ? [command.id] : []));
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; throttles: number }>`
    select id::text, throttles from ledger.commands where id = any(${ids}::bigint[])`.execute(trx);
  return new Map(rows.map(({ id, throttles }) => [id, throttles]));
}

function metNoRoom(outcome: Outcome): boolean {
  return outcome.kind === 'throttled' || (outcome.kind === 'unknown' && outcome.noRoom !== undefined);
}

async function updateCommands(
  trx: Kysely<IntegrationDatabase>,
  decided: Decided[],
  owner: string,
): Promise<Set<string>> {
  const rows = JSON.stringify(
    decided.map(({ command, outcome, settlement }) => ({
      id: command.id,
      attempt: command.attempt,
      state: settlement.state,
      delay: settlement.delayMs / 1000,
      lane: settlement.lane,
      failures: settlement.failures,
      no_room: metNoRoom(outcome) ? 1 : 0,
      code: settlement.code,
      reason: settlement.reason,
      field: settlement.field,
    })),
  );
  const result = await sql<{ id: string }>`
    update ledger.commands c
       set state = r.state, lane = r.lane, failures = r.failures, throttles = c.throttles + r.no_room, code = r.code,
           reason = r.reason, field = r.field,
           trying_since = case when r.state in ('ready', 'unknown') then coalesce(c.trying_since, now()) end,
           not_before = now() + make_interval(secs => r.delay), attempts_finished = c.attempts_finished + 1,
           lease_owner = null, lease_until = null,
           finished_at = case when r.state in ('succeeded', 'skipped') then clock_timestamp() end
      from jsonb_to_recordset(${rows}::jsonb) as r
             (id bigint, attempt integer, state text, delay double precision, lane text, failures integer, no_room integer,
              code text, reason text, field text)
     where c.id = r.id and c.state = 'in_flight' and c.lease_owner = ${owner} and c.attempts_started = r.attempt
    returning c.id::text`.execute(trx);
  return new Set(result.rows.map((row) => row.id));
}

function partOf(credits: number | undefined, commands: number): number | null {
  return credits === undefined || commands === 0 ? null : credits / commands;
}

async function finishAttempts(
  trx: Kysely<IntegrationDatabase>,
  decided: Decided[],
  credits: number | null,
): Promise<void> {
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
       set finished_at = clock_timestamp(), credits = ${credits}::real, outcome = r.outcome, code = r.code, reason = r.reason
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

/** Who names it in a lookup does not wait; what is for the record itself waits behind the parked command (packs/README.md section 6). */
function isDeletedByAPerson({ outcome }: Decided): boolean {
  return outcome.kind === 'rejected' && outcome.code === 'deleted_in_crm';
}
