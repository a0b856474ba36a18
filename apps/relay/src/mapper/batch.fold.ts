import { isCausewayError, type CausewayEvent, type JsonObject } from '#contracts';
import type { NewCommand } from '#ledger';
import { instantOf, step, withSettings, type Mapping, type StepResult } from '#mapping';
import type { KeyTimers } from '../schedule/timer.store.ts';
import { isStorable } from './storable.policy.ts';

/** What the fold needs to know of a tenant's connection. */
export interface FoldConnection {
  readonly id: string;
  readonly state: 'active' | 'paused' | 'action_needed' | 'disconnected';
  /** Constants of the fold; each mapping reads its own of them. */
  readonly settings: JsonObject;
}

/** What was said about one event, with the commands that follow from it. */
export interface FoldedEvent {
  readonly event: CausewayEvent;
  readonly result: StepResult;
  readonly commands: readonly NewCommand[];
}

export interface FoldBatch {
  readonly mapping: Mapping;
  readonly events: readonly CausewayEvent[];
  /** By `stateKey`; a key that is absent has no state yet. */
  readonly states: ReadonlyMap<string, JsonObject>;
  /** By tenant id. */
  readonly connections: ReadonlyMap<string, FoldConnection>;
  readonly entityType: string;
}

export interface FoldedBatch {
  readonly folded: readonly FoldedEvent[];
  /** States that changed, by `stateKey`. */
  readonly changed: ReadonlyMap<string, JsonObject>;
  /** What the schedule shall hold for the keys that changed. */
  readonly timers: readonly KeyTimers[];
}

export function stateKey(event: Pick<CausewayEvent, 'tenantId' | 'key'>): string {
  return JSON.stringify([event.tenantId, event.key]);
}

/** Folds the events of one batch in order. Pure: the caller loads the states and stores what changed. */
export function foldBatch(batch: FoldBatch): FoldedBatch {
  const mappings = new Map<string, Mapping | null>();
  const mappingOf = (connection: FoldConnection): Mapping | null => {
    const known = mappings.get(connection.id);
    if (known !== undefined) return known;
    const configured = configuredFor(batch.mapping, connection);
    mappings.set(connection.id, configured);
    return configured;
  };
  const changed = new Map<string, JsonObject>();
  const folded = batch.events.map((event): FoldedEvent => {
    const key = stateKey(event);
    const before = changed.get(key) ?? batch.states.get(key) ?? null;
    const connection = batch.connections.get(event.tenantId);
    const result = foldOne({ mappingOf, event, before, connection });
    if (result.verdict === 'applied' && result.state !== null) changed.set(key, result.state);
    return {
      event,
      result,
      commands: connection === undefined ? [] : commandsOf({ batch, event, result, connection }),
    };
  });
  return { folded, changed, timers: timersOf(batch, { changed, mappingOf }) };
}

function timersOf(
  { connections }: FoldBatch,
  known: { changed: ReadonlyMap<string, JsonObject>; mappingOf: (connection: FoldConnection) => Mapping | null },
): KeyTimers[] {
  return [...known.changed].flatMap(([stateKeyText, state]) => {
    const [tenantId, key] = JSON.parse(stateKeyText) as [string, string];
    const connection = connections.get(tenantId);
    const mapping = connection === undefined ? null : known.mappingOf(connection);
    return mapping === null ? [] : [{ tenantId, key, timers: mapping.timers(state, mapping.settings) }];
  });
}

/** Null when the connection's settings are not what the mapping can use. */
function configuredFor(mapping: Mapping, { settings }: FoldConnection): Mapping | null {
  try {
    return withSettings(mapping, settings);
  } catch {
    return null;
  }
}

interface FoldOne {
  readonly mappingOf: (connection: FoldConnection) => Mapping | null;
  readonly event: CausewayEvent;
  readonly before: JsonObject | null;
  readonly connection: FoldConnection | undefined;
}

function foldOne({ mappingOf, event, before, connection }: FoldOne): StepResult {
  const nothing = { state: before, commands: [], problems: [] };
  if (connection === undefined) {
    return { verdict: 'set_aside', code: 'CONNECTION_MISSING', field: 'tenantId', ...nothing };
  }
  if (connection.state === 'disconnected') return { verdict: 'ignored', reason: 'disconnected', ...nothing };
  const mapping = mappingOf(connection);
  if (mapping === null) return { verdict: 'set_aside', code: 'SETTINGS_INVALID', field: 'settings', ...nothing };
  try {
    const result = step(mapping, before, event);
    return isStorable(result) ? result : { verdict: 'set_aside', code: 'invalid_value', field: 'data', ...nothing };
  } catch (error) {
    // Nothing here does I/O, so the pack is at fault, not the event: it is kept for a redrive, and the key goes on.
    const code = isCausewayError(error) ? error.code : 'MAPPING_FAILED';
    return { verdict: 'set_aside', code, field: 'data', ...nothing };
  }
}

interface CommandsOf {
  readonly batch: FoldBatch;
  readonly event: CausewayEvent;
  readonly result: StepResult;
  readonly connection: FoldConnection;
}

function commandsOf({ batch, event, result, connection }: CommandsOf): NewCommand[] {
  const { mapping, entityType } = batch;
  const origin = {
    connectionId: connection.id,
    product: mapping.product,
    entityType,
    entityId: event.key,
    mapping: mapping.name,
    mappingVersion: mapping.version,
    eventId: event.id,
    // In UTC: without an offset Postgres would take the time for that of its session.
    occurredAt: instantOf(event.time) ?? event.time,
    lane: 'live' as const,
  };
  return result.commands.map((command) => ({ origin, command }));
}
