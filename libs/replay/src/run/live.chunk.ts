import { sql, type Transaction } from 'kysely';
import type { JsonObject } from '#contracts';
import {
  foldBatch,
  loadConnections,
  lockStates,
  partsOfStateKey,
  stateKey,
  storeStates,
  storeTimers,
  type FoldedStep,
  type StateChange,
} from '#folding';
import { insertCommands } from '#ledger';
import type { Mapping } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import type { KeyHistory } from '../history/key.histories.ts';
import { liveCommands } from './live.commands.ts';
import type { ReplayKey } from './replay.types.ts';

type Trx = Transaction<IntegrationDatabase>;
type Locked = Awaited<ReturnType<typeof lockKeys>>;

/** The keys with their states, locked: nothing is folded of them until the transaction ends. */
export async function lockKeys(trx: Trx, mapping: Mapping, keys: readonly ReplayKey[]) {
  const tenants = keys.map(({ tenantId }) => tenantId);
  const connections = await loadConnections(trx, mapping, tenants);
  return { connections, states: await lockStates(trx, mapping, keys) };
}

/**
 * Folds whole histories anew, in the caller's transaction and with the states locked: stores the states that come of them, with their
 * schedules, and the commands after which the CRM holds what they want. Nothing is told to the product again, and no effect is asked for twice.
 * @returns how many commands were made
 */
export async function foldAnew(
  trx: Trx,
  { mapping, histories }: { readonly mapping: Mapping; readonly histories: readonly KeyHistory[] },
  { connections, states }: Locked,
): Promise<number> {
  // From the initial state; a schedule that comes out as it is needs no statement.
  const begin = new Map([...states].map(([name, { schedule }]) => [name, { state: null, sequence: 0, schedule }]));
  const steps = histories.flatMap((history) => history.steps);
  const { folded, changes, timers } = foldBatch({ mapping, steps, states: begin, connections });
  await storeNew(trx, mapping, {
    changes,
    sequences: new Map([...states].map(([name, { sequence }]) => [name, sequence])),
  });
  await storeTimers(trx, mapping, timers);
  await markRedriven(trx, histories, folded);
  const byKey = Map.groupBy(folded, ({ step }) => stateKey(step));
  const commands = [];
  for (const history of histories) {
    const name = stateKey(history);
    const text = changes.get(name)?.text ?? null;
    const after = text === null ? undefined : (JSON.parse(text) as JsonObject);
    const before = states.get(name)?.state ?? undefined;
    commands.push(
      ...(await liveCommands(trx, { mapping, connections, history, before, after, folded: byKey.get(name) ?? [] })),
    );
  }
  await insertCommands(trx, commands);
  return commands.length;
}

/** The number of folds stays: nothing was folded that was not folded before. */
async function storeNew(
  trx: Trx,
  mapping: Mapping,
  { changes, sequences }: { changes: ReadonlyMap<string, StateChange>; sequences: ReadonlyMap<string, number> },
): Promise<void> {
  const all = [...changes].map(([name, change]) => [name, { ...change, sequence: sequences.get(name) ?? 0 }] as const);
  await storeStates(trx, mapping, new Map(all));
  const empty = all.filter(([, { text }]) => text === null).map(([name]) => partsOfStateKey(name));
  if (empty.length === 0) return;
  // Every event of it is ignored or set aside now.
  await sql`
    update relay.states s set state = null, mapping_version = ${mapping.version}, updated_at = now()
      from unnest(${empty.map(([tenant]) => tenant)}::text[], ${empty.map(([, key]) => key)}::text[],
                  ${empty.map(([, , connection]) => connection)}::text[]) as k (tenant_id, key, connection_id)
     where s.mapping = ${mapping.name} and s.tenant_id = k.tenant_id and s.key = k.key
       and s.connection_id = k.connection_id`.execute(trx);
}

/** What was set aside and could be used now is done: a redrive would fold it twice. */
async function markRedriven(trx: Trx, histories: readonly KeyHistory[], folded: readonly FoldedStep[]): Promise<void> {
  const waiting = new Set(
    histories.flatMap(({ rows }) => rows.flatMap((row) => (row.verdict === 'set_aside' ? row.eventId : []))),
  );
  const usable = folded.filter(({ step, result }) => waiting.has(step.id) && result.verdict !== 'set_aside');
  if (usable.length === 0) return;
  const places = usable.flatMap(({ step: { record } }) => (record === null ? [] : [record]));
  await sql`
    update relay.set_aside s set redriven_at = now(), redrives = s.redrives + 1, redrive_tried_at = now()
      from unnest(${places.map(({ topic }) => topic)}::text[], ${places.map(({ partition }) => partition)}::integer[],
                  ${places.map(({ offset }) => offset)}::bigint[]) as p (topic, partition, "offset")
     where s.topic = p.topic and s.partition = p.partition and s."offset" = p."offset" and s.redriven_at is null`.execute(
    trx,
  );
}
