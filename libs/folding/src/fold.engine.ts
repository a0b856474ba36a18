import { sql, type Transaction } from 'kysely';
import { v5 as uuidv5 } from 'uuid';
import { admit } from '#inbox';
import { insertCommands } from '#ledger';
import type { Mapping } from '#mapping';
import { emitMany, type OutboxEvent } from '#outbox';
import type { IntegrationDatabase } from '#postgres';
import { foldBatch, type FoldedStep } from './batch.fold.ts';
import { loadConnections } from './connection.store.ts';
import { storeFolds } from './fold.store.ts';
import { timed, type OnStage } from './fold.stages.ts';
import type { FoldStep } from './fold.step.ts';
import { storeSetAside, type SetAsideRecord } from './set-aside.store.ts';
import { inboxId, placeSteps } from './step.placement.ts';
import { lockStates, storeStates } from './state.store.ts';
import { storeTimers } from './timer.store.ts';

/** What came of the steps that were given. */
export interface FoldReport {
  /** One for each step that was not folded before, in order. */
  readonly folded: readonly FoldedStep[];
  /** Of the folded ones, those that cannot be used; their records are kept. */
  readonly setAside: readonly FoldedStep[];
  /** Steps of an id that was folded before, counted for each connection where states are those of connections. */
  readonly repeated: number;
}

const NOTHING: FoldReport = { folded: [], setAside: [], repeated: 0 };

/** Whose note the inbox keeps of what a mapping has folded. */
export function inboxConsumer({ name }: Pick<Mapping, 'name'>): string {
  return `relay/${name}`;
}

export interface FoldWork {
  readonly mapping: Mapping;
  readonly steps: readonly FoldStep[];
  readonly onStage?: OnStage;
}

/**
 * Folds steps into the states of their keys and stores all that follows, in the caller's transaction: inbox, states, schedule,
 * commands, events for the product, folds, records set aside. One statement each, whatever the number of steps. Steps of one key are
 * folded in the order given, and several processes may fold the same keys at once: the rows of the states are locked.
 */
export async function foldSteps(
  trx: Transaction<IntegrationDatabase>,
  { mapping, steps, onStage = () => undefined }: FoldWork,
): Promise<FoldReport> {
  if (steps.length === 0) return NOTHING;
  const tenants = steps.map(({ tenantId }) => tenantId);
  const connections = await loadConnections(trx, mapping, tenants);
  const placed = await withoutFolded(trx, mapping, placeSteps(mapping, { steps, connections }));
  const fresh = await timed(onStage, 'inbox', () => admitFresh(trx, mapping, placed));
  if (fresh.length === 0) return { ...NOTHING, repeated: placed.length };
  const states = await timed(onStage, 'lock', () => lockStates(trx, mapping, fresh));
  const { folded, changes, timers } = await timed(onStage, 'fold', () =>
    foldBatch({ mapping, steps: fresh, states, connections }),
  );
  const setAside = folded.filter(({ result }) => result.verdict === 'set_aside');
  const commands = folded.flatMap((entry) => entry.commands);
  await timed(onStage, 'states', () => storeStates(trx, mapping, changes));
  await timed(onStage, 'timers', () => storeTimers(trx, mapping, timers));
  await timed(onStage, 'commands', () => insertCommands(trx, commands));
  await timed(onStage, 'events', () => emitMany(trx, folded.flatMap(eventsOf)));
  await timed(onStage, 'folds', () => storeFolds(trx, mapping, folded));
  await timed(onStage, 'set_aside', () => storeSetAside(trx, setAside.flatMap(recordSetAside)));
  return { folded, setAside, repeated: placed.length - fresh.length };
}

/** Steps that this mapping has not folded yet; of an id that stands twice among them the first one counts. */
async function admitFresh(
  trx: Transaction<IntegrationDatabase>,
  mapping: Mapping,
  steps: readonly FoldStep[],
): Promise<FoldStep[]> {
  const unknown = steps.filter(({ admitted }) => admitted !== true);
  const eventIds = unknown.map((step) => inboxId(step));
  const fresh = await admit(trx, { consumer: inboxConsumer(mapping), eventIds });
  return steps.filter((step) => step.admitted === true || fresh.delete(inboxId(step)));
}

/**
 * A record that was set aside for one connection comes again for all of the tenant's: those that could use it then have folded it and do not
 * fold it again.
 */
async function withoutFolded(
  trx: Transaction<IntegrationDatabase>,
  { name, scope }: Mapping,
  steps: readonly FoldStep[],
): Promise<readonly FoldStep[]> {
  const again = steps.filter(({ admitted }) => scope === 'connection' && admitted === true);
  if (again.length === 0) return steps;
  const { rows } = await sql<{ id: string }>`
    select connection_id || '/' || event_id as id from relay.folds
     where event_id = any(${again.map(({ id }) => id)}::text[]) and mapping = ${name} and verdict <> 'set_aside'`.execute(
    trx,
  );
  const folded = new Set(rows.map(({ id }) => id));
  return steps.filter((step) => step.admitted !== true || !folded.has(inboxId(step)));
}

/** Their ids follow from the step's, so that the same step always tells the same events. */
function eventsOf({ step, result }: FoldedStep): OutboxEvent[] {
  return (result.events ?? []).map(({ module, type, subject, data, at }, index) => ({
    aggregateType: module.toLowerCase(),
    aggregateId: subject,
    eventType: type,
    payload: data,
    tenantId: step.tenantId,
    partitionKey: step.key,
    occurredAt: new Date(at),
    id: uuidv5(JSON.stringify([inboxId(step), index]), uuidv5.URL),
  }));
}

/** What was seen in the CRM has no record: it is kept with its fold. */
function recordSetAside({ step, result }: FoldedStep): SetAsideRecord[] {
  const { record } = step;
  if (result.verdict !== 'set_aside' || record === null) return [];
  return [{ record, code: result.code, field: result.field, admitted: true }];
}
