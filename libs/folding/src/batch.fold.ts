import { hash } from 'node:crypto';
import { isCausewayError, type JsonObject } from '#contracts';
import type { NewCommand } from '#ledger';
import { goesOut, withSettings, type Mapping, type ProjectedState, type StepResult } from '#mapping';
import type { FoldConnection, TenantConnections } from './connection.store.ts';
import { stateKey, type FoldStep } from './fold.step.ts';
import type { StateChange, StoredState } from './state.store.ts';
import { connectionOf } from './step.placement.ts';
import { isStorable as isStorableValue, isStorableSince } from './storable.policy.ts';
import type { KeyTimers } from './timer.store.ts';

/** What was said about one step, with the commands that follow from it. */
export interface FoldedStep {
  readonly step: FoldStep;
  readonly result: StepResult;
  /** The state before it; null where there was none. */
  readonly before: JsonObject | null;
  /** Its place among the folds of its key, from 1. */
  readonly sequence: number;
  readonly commands: readonly NewCommand[];
}

export interface FoldBatch {
  readonly mapping: Mapping;
  readonly steps: readonly FoldStep[];
  /** By `stateKey`; a key that is absent has no state yet. */
  readonly states: ReadonlyMap<string, StoredState>;
  readonly connections: TenantConnections;
}

export interface FoldedBatch {
  readonly folded: readonly FoldedStep[];
  /** What is to be stored of every key, by `stateKey`. */
  readonly changes: ReadonlyMap<string, StateChange>;
  /** What the schedule shall hold for the keys for which it shall hold something else than before. */
  readonly timers: readonly KeyTimers[];
}

/** What is known of a key while its steps are folded. */
interface KeyFold {
  readonly tenantId: string;
  readonly key: string;
  state: JsonObject | null;
  projection: ProjectedState['projection'];
  /** Whether `state` is another one than the stored one. */
  isChanged: boolean;
  sequence: number;
  schedule: string | null;
}

/** Folds the steps of one batch in order. Pure: the caller loads the states and stores what changed. */
export function foldBatch(batch: FoldBatch): FoldedBatch {
  const configured = configuredMappings(batch.mapping);
  const keys = new Map<string, KeyFold>();
  const folded = batch.steps.map((step): FoldedStep => {
    const held = heldKey(keys, { step, states: batch.states });
    const connection = connectionOf(batch.connections, step);
    const { state: before } = held;
    const result = foldOne({ configured, step, before: held, connection });
    held.sequence += 1;
    if (result.verdict === 'applied' && result.state !== null) {
      held.state = result.state;
      held.projection = result.projection ?? null;
      held.isChanged = true;
    }
    const commands = connection === undefined ? [] : commandsOf(batch.mapping, { step, result, connection });
    return { step, result: withoutProjection(result), before, sequence: held.sequence, commands };
  });
  const timers = [...keys.values()].flatMap((held) => newTimersOf(batch, { held, configured }));
  return { folded, changes: new Map([...keys].map(([name, held]) => [name, changeOf(held)])), timers };
}

/** A batch is kept until it is stored: the thousands of projections that its steps went through need not be. */
function withoutProjection({ projection: _projection, ...said }: StepResult): StepResult {
  return said;
}

/** The JSON of a state is made once for its key, whatever the number of its steps. */
function changeOf({ state, isChanged, sequence, schedule }: KeyFold): StateChange {
  return { text: isChanged ? JSON.stringify(state) : null, sequence, schedule };
}

function heldKey(keys: Map<string, KeyFold>, from: { step: FoldStep; states: FoldBatch['states'] }): KeyFold {
  const { tenantId, key } = from.step;
  const name = stateKey(from.step);
  const known = keys.get(name);
  if (known !== undefined) return known;
  const stored = from.states.get(name) ?? { state: null, sequence: 0, schedule: null };
  const held: KeyFold = { tenantId, key, isChanged: false, projection: null, ...stored };
  keys.set(name, held);
  return held;
}

/** The mapping with a connection's settings; null when those are not what it can use. */
export type Configured = (connection: FoldConnection) => Mapping | null;

export function configuredMappings(mapping: Mapping): Configured {
  const known = new Map<string, Mapping | null>();
  return (connection) => {
    const found = known.get(connection.id);
    if (found !== undefined) return found;
    const made = configuredFor(mapping, connection);
    known.set(connection.id, made);
    return made;
  };
}

function configuredFor(mapping: Mapping, { id, settings }: FoldConnection): Mapping | null {
  try {
    return withSettings(mapping, settings, mapping.scope === 'connection' ? id : null);
  } catch {
    return null;
  }
}

/** The entries of a key whose schedule is another one now; notes which it is. */
function newTimersOf(
  { connections, mapping }: FoldBatch,
  { held, configured }: { held: KeyFold; configured: Configured },
): KeyTimers[] {
  const { tenantId, key, state, isChanged } = held;
  if (!mapping.hasTimers || !isChanged || state === null) return [];
  const connection = connectionOf(connections, { tenantId });
  const own = connection === undefined ? null : configured(connection);
  if (own === null) return [];
  const timers = own.timers(state, own.settings);
  const schedule = timers.length === 0 ? null : hash('sha1', JSON.stringify(timers), 'base64');
  if (schedule === held.schedule) return [];
  held.schedule = schedule;
  return [{ tenantId, key, timers }];
}

interface FoldOne {
  readonly configured: Configured;
  readonly step: FoldStep;
  readonly before: ProjectedState;
  readonly connection: FoldConnection | undefined;
}

/** Folds one step, as the engine does with each. Pure. */
export function foldOne({ configured, step, before, connection }: FoldOne): StepResult {
  const nothing = { state: before.state, commands: [], problems: [] };
  const setAside = (code: string, field: string): StepResult => ({ verdict: 'set_aside', code, field, ...nothing });
  if (connection === undefined) return setAside('CONNECTION_MISSING', 'tenantId');
  if (connection.state === 'disconnected') {
    return { verdict: 'ignored', reason: 'disconnected', ...nothing };
  }
  const mapping = configured(connection);
  if (mapping === null) return setAside('SETTINGS_INVALID', 'settings');
  try {
    const result = step.fold(mapping, before);
    const isStorable = isStorableSince(result.state, before.state) && isStorableResult(result);
    return isStorable ? result : setAside('invalid_value', 'data');
  } catch (error) {
    // Nothing here does I/O, so the pack is at fault, not the step: it is kept for a redrive, and the key goes on.
    return setAside(isCausewayError(error) ? error.code : 'MAPPING_FAILED', 'data');
  }
}

/** All that is stored of a result beside the state. */
function isStorableResult({ commands, problems, events = [] }: StepResult): boolean {
  if (commands.length + problems.length + events.length === 0) return true;
  return isStorableValue([commands, problems, events]);
}

/** The commands of one step, with where they come from. */
export function commandsOf(
  mapping: Mapping,
  { step, result, connection }: { step: FoldStep; result: StepResult; connection: FoldConnection },
): NewCommand[] {
  if (result.commands.length === 0) return [];
  const lane = result.lane ?? 'live';
  const origin = {
    connectionId: connection.id,
    product: mapping.product,
    entityType: step.entityType,
    entityId: step.key,
    mapping: mapping.name,
    mappingVersion: mapping.version,
    eventId: step.id,
    occurredAt: step.occurredAt,
    lane,
  };
  return result.commands.filter((command) => goesOut(lane, command)).map((command) => ({ origin, command }));
}
