import { CausewayError, type CausewayEvent, type JsonObject, type Lane } from '#contracts';
import { orderedCommands } from './command.order.ts';
import type { WantedEffect } from './effect.types.ts';
import { readEvent, type ReadEvent } from './event.reading.ts';
import { frozen, requireJsonSince } from './frozen.json.ts';
import type { FoldTools, Mapping } from './mapping.types.ts';
import { afterChange, joinState, splitState } from '../returns/record.memory.ts';
import { Ignored, SetAside } from './said.ts';
import { withHeld, type HeldFields } from './sent.baseline.ts';
import type { Problem, ProblemCode, StepResult } from './verdict.types.ts';
import type { WantedRecord } from './wanted.types.ts';

/**
 * Folds one event into the state of its key and says what is to be written. Pure; state and event are frozen before the pack sees
 * them, so that a pack that changes them fails here and in its tests.
 * `state` is null before the first event of a key.
 * @throws CausewayError `MAPPING_FAILED` when the pack itself is at fault: its schema, fold or projection threw, or gave
 * something that is no JSON. Never because of what an event holds, if the pack is right.
 */
export function step(mapping: Mapping, state: JsonObject | null, event: CausewayEvent): StepResult {
  return run(mapping, { state: frozen(state), projection: null, settle: frozen }, event);
}

/** A state, and the projection of it where that is known already. */
export interface ProjectedState {
  readonly state: JsonObject | null;
  readonly projection: readonly WantedRecord[] | null;
}

/**
 * The same for whoever folds thousands of events a second: nothing is frozen, and the projection that the step before of the same key
 * gave needs not be made again. Given the same, the answers are the same.
 */
export function quickStep(mapping: Mapping, before: ProjectedState, event: CausewayEvent): StepResult {
  return run(mapping, { ...before, settle: (value) => value }, event);
}

interface Before extends ProjectedState {
  /** What is done to values before a pack sees them. */
  readonly settle: <T>(value: T) => T;
}

function run(mapping: Mapping, before: Before, event: CausewayEvent): StepResult {
  try {
    const ready = readEvent(mapping, event);
    return ready instanceof SetAside ? unchanged(ready, before.state) : apply(mapping, before, ready);
  } catch (cause) {
    const { name, version } = mapping;
    const details = { mapping: name, mappingVersion: version, eventId: event.id, eventType: event.type };
    throw new CausewayError('MAPPING_FAILED', { details, cause });
  }
}

function apply(mapping: Mapping, { state, projection: known, settle }: Before, read: ReadEvent): StepResult {
  const event = settle(read.event);
  const handler = mapping.fold[event.type];
  if (handler === undefined) throw new Error(`nothing folds ${event.type}`);
  const problems: Problem[] = read.problems.map((problem) => ({ eventId: event.id, ...problem }));
  const effects: WantedEffect[] = [];
  const held: HeldFields[] = [];
  const lanes: Lane[] = [];
  const { settings } = mapping;
  const { own, memory } = splitState(state ?? mapping.initial);
  // Before the fold: one that changes what it was given cannot hide that from the difference.
  const before = known ?? (state === null ? [] : mapping.project(own, settings));
  const next = handler(own, event, toolsOf(mapping, { eventId: event.id, problems, effects, held, lanes }));
  if (next instanceof Ignored || next instanceof SetAside) return unchanged(next, state);
  requireJsonSince(next, own);
  const after = settle(next);
  const projection = mapping.project(after, settings);
  const commands = orderedCommands({
    before: withHeld({ before, after: projection }, held),
    after: projection,
    effects,
  });
  const joined = settle(joinState(after, afterChange(memory, before, projection)));
  const lane = lanes.at(-1);
  const applied = { verdict: 'applied', state: joined, projection, commands, problems } as const;
  return lane === undefined ? applied : { ...applied, lane };
}

interface Said {
  readonly eventId: string;
  readonly problems: Problem[];
  readonly effects: WantedEffect[];
  readonly held: HeldFields[];
  readonly lanes: Lane[];
}

function toolsOf({ settings, connectionId }: Mapping, { eventId, problems, effects, held, lanes }: Said): FoldTools {
  return {
    settings,
    connectionId,
    held: (record, fields) => void held.push({ record, fields }),
    lane: (lane) => void lanes.push(lane),
    effect: (effect) => void effects.push(effect),
    problem: (code: ProblemCode, field: string) => void problems.push({ eventId, code, field }),
    ignored: (reason: string) => new Ignored(reason),
    setAside: (code: ProblemCode, field: string) => new SetAside(code, field),
  };
}

function unchanged(said: Ignored | SetAside, state: JsonObject | null): StepResult {
  const nothing = { state, commands: [], problems: [] };
  if (said instanceof Ignored) return { verdict: 'ignored', reason: said.reason, ...nothing };
  return { verdict: 'set_aside', code: said.code, field: said.field, ...nothing };
}
