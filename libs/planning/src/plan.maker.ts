import type { Kysely } from 'kysely';
import type { Lane } from '#contracts';
import { loadConnections, stateKey } from '#folding';
import { sameJson, type Mapping } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import { EventReader, findHistories, type EventSource, type KeyHistory } from '#replay';
import { compareKeys, type ComparedKey } from './key.comparison.ts';
import { keyMapping, projectionOf, type LeftKey, type UsableMapping, type WantedKey } from './key.projection.ts';
import { refoldKey } from './key.refold.ts';
import { lastEvents, readKeys, type KeySelection, type StoredKey } from './key.selection.ts';
import type { CrmReader } from './crm.reading.ts';
import { batchesOf, costOfBatches } from './plan.batches.ts';
import { PLAN_LANES, type LeftAlone, type PlanKind, type PlannedKey, type PlanTotals } from './plan.types.ts';

/** Keys that are read, folded and compared together. */
const PAGE = 500;
/** Keys whose events are looked for together: many of them need about all of a topic. */
const PASS = 20_000;

export interface PlanRequest {
  readonly kind: PlanKind;
  readonly mapping: Mapping;
  readonly selection: KeySelection;
}

export interface PlanSources {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clientOf: (connectionId: string, lane: Lane) => Promise<CrmReader>;
  /** Where events are kept; what takes the states as they are needs none. */
  readonly history?: { readonly source: EventSource; readonly topicPrefix: string };
  /** Hears how many keys have been looked at. */
  readonly onProgress?: (keys: number) => void;
}

/** What would change, and what it would cost. Nothing was changed. */
export interface Plan extends PlanRequest {
  readonly lane: Lane;
  /** In the order in which they are applied. */
  readonly batches: readonly (readonly PlannedKey[])[];
  readonly left: readonly LeftAlone[];
  readonly totals: PlanTotals;
  /** Calls that planning itself has made, to read the CRM as it is. */
  readonly readCalls: number;
}

/**
 * Says what a new mapping version, a replay of keys or a backfill would change, against the CRM as it is. Reads alone.
 * @throws CrmUnread when the CRM cannot be read; what was read before is lost, and costs its credits again
 */
export async function makePlan(sources: PlanSources, request: PlanRequest): Promise<Plan> {
  const counts = { keys: 0, setAside: 0, readCalls: 0, compared: 0, equal: 0 };
  const keys: PlannedKey[] = [];
  const left: LeftAlone[] = [];
  for await (const page of passes(sources, request)) {
    const { stored } = page;
    const prepared = await prepare(sources, request, page);
    left.push(...prepared.left);
    counts.setAside += prepared.setAside;
    const of = { mapping: request.mapping, lane: PLAN_LANES[request.kind], keys: prepared.wanted };
    const compared = await compareKeys(sources, of);
    counts.readCalls += compared.calls;
    counts.compared += compared.compared;
    counts.equal += compared.equal;
    left.push(...compared.left);
    keys.push(...(await plannedKeys(sources, request, compared.keys)));
    counts.keys += stored.length;
    sources.onProgress?.(counts.keys);
  }
  const batches = batchesOf(keys);
  const { readCalls, ...counted } = counts;
  const totals = totalsOf({ batches, left, counted });
  return { ...request, lane: PLAN_LANES[request.kind], batches, left, totals, readCalls };
}

interface Page {
  readonly stored: readonly StoredKey[];
  /** By `stateKey`. */
  readonly histories: ReadonlyMap<string, () => KeyHistory>;
}

/** Pages of keys; one look into the history serves many of them. */
async function* passes(sources: PlanSources, request: PlanRequest): AsyncGenerator<Page> {
  const { mapping, selection } = request;
  for (let after: StoredKey | null = null; ;) {
    const stored: StoredKey[] = await readKeys(sources.db, mapping, { selection, after, limit: PASS });
    if (stored.length === 0) return;
    const histories = await historiesOf(sources, request, stored);
    for (let start = 0; start < stored.length; start += PAGE)
      yield { stored: stored.slice(start, start + PAGE), histories };
    after = stored.at(-1) ?? null;
  }
}

/** As they were folded, whatever topics they came from. What was set aside then stays aside, unless it was redriven: it was folded in its new place. */
async function historiesOf(
  { db, history }: PlanSources,
  { kind, mapping }: PlanRequest,
  keys: readonly StoredKey[],
): Promise<Page['histories']> {
  if (asStored(kind)) return new Map();
  if (history === undefined) throw new Error(`a plan of the kind ${kind} needs the events`);
  const { source, topicPrefix } = history;
  const reader = new EventReader(mapping, topicPrefix);
  return findHistories(db, { mapping, reader, source, keys, asFolded: true });
}

interface Prepared {
  readonly wanted: WantedKey[];
  readonly left: LeftAlone[];
  readonly setAside: number;
}

async function prepare(sources: PlanSources, request: PlanRequest, page: Page): Promise<Prepared> {
  const { mapping, kind } = request;
  const { stored, histories } = page;
  const tenants = stored.map(({ tenantId }) => tenantId);
  const connections = await loadConnections(sources.db, mapping, tenants);
  const prepared: Prepared = { wanted: [], left: [], setAside: 0 };
  let setAside = 0;
  for (const key of stored) {
    const own = keyMapping(mapping, key, connections);
    const made = 'left' in own ? own : madeOf(own, key);
    if ('left' in made) prepared.left.push({ ...stateName(key), recordKey: null, reason: made.left });
    else prepared.wanted.push(made);
  }
  return { ...prepared, setAside };

  function madeOf({ mapping: configured, connection }: UsableMapping, key: StoredKey): WantedKey | LeftKey {
    const base = { ...stateName(key), connection, sequence: key.sequence };
    if (asStored(kind)) {
      const wanted = projectionOf(configured, key.state);
      if (wanted === null) return { left: 'mapping_failed' };
      return { ...base, state: key.state, newState: null, timers: null, wanted, effects: [] };
    }
    const { steps, missing } = histories.get(stateKey(key))?.() ?? { steps: [], missing: 0 };
    if (missing > 0 || steps.length === 0) return { left: 'history_incomplete' };
    const refolded = refoldKey(mapping, { name: key, steps, connections });
    if (refolded.failed || refolded.state === null) return { left: 'mapping_failed' };
    setAside += refolded.setAside;
    const state = JSON.parse(refolded.state) as StoredKey['state'];
    const wanted = projectionOf(configured, state);
    if (wanted === null) return { left: 'mapping_failed' };
    const isNew = !sameJson(state, key.state);
    const hasOtherTimers = mapping.hasTimers && refolded.timers.schedule !== key.schedule;
    return {
      ...base,
      state,
      newState: isNew || hasOtherTimers ? refolded.state : null,
      timers: hasOtherTimers ? refolded.timers : null,
      wanted,
      effects: refolded.effects,
    };
  }
}

/** The states are taken as they are. */
function asStored(kind: PlanKind): boolean {
  return kind === 'backfill' || kind === 'reconcile';
}

function stateName({ tenantId, key, connectionId }: StoredKey): Pick<StoredKey, 'tenantId' | 'key' | 'connectionId'> {
  return { tenantId, key, connectionId };
}

async function plannedKeys(
  { db }: PlanSources,
  { mapping }: PlanRequest,
  keys: readonly ComparedKey[],
): Promise<PlannedKey[]> {
  const changed = keys.filter(({ key, records }) => key.newState !== null || records.length > 0);
  if (changed.length === 0) return [];
  const last = await lastEvents(
    db,
    mapping,
    changed.map(({ key }) => key),
  );
  return changed.map(({ key, records }) => {
    const { tenantId, connectionId, sequence, newState, timers } = key;
    const from = last.get(stateKey(key));
    const origin = {
      entityType: from?.entityType ?? mapping.topics[0] ?? mapping.product,
      eventId: from?.eventId ?? 'plan',
      occurredAt: from?.occurredAt ?? '1970-01-01T00:00:00Z',
    };
    return { tenantId, key: key.key, connectionId, sequence, state: newState, timers, origin, records };
  });
}

function totalsOf(given: {
  readonly batches: Plan['batches'];
  readonly left: readonly LeftAlone[];
  readonly counted: Pick<PlanTotals, 'keys' | 'setAside' | 'compared' | 'equal'>;
}): PlanTotals {
  const { batches, left, counted } = given;
  const keys = batches.flat();
  const records = keys.flatMap((key) => key.records);
  const of = (action: string): number => records.filter((record) => record.action === action).length;
  return {
    ...counted,
    states: keys.filter(({ state }) => state !== null).length,
    create: of('create'),
    adopt: of('adopt'),
    change: of('change'),
    effect: of('effect'),
    workflows: 0,
    workflowsHeld: records.filter(({ held }) => held).length,
    byField: counts(records.flatMap(({ differences }) => differences.map(({ field }) => field))),
    left: counts(left.map(({ reason }) => reason)),
    ...costOfBatches(batches),
  };
}

function counts(names: readonly string[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
