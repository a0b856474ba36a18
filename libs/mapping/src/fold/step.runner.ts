import { CausewayError, type CausewayEvent, type JsonObject } from '#contracts';
import { orderedCommands } from './command.order.ts';
import type { WantedEffect } from './effect.types.ts';
import { readEvent, type ReadEvent } from './event.reading.ts';
import { frozen, frozenJson } from './frozen.json.ts';
import type { FoldTools, Mapping } from './mapping.types.ts';
import { afterChange, joinState, splitState } from '../returns/record.memory.ts';
import { Ignored, SetAside } from './said.ts';
import { withHeld, type HeldFields } from './sent.baseline.ts';
import type { Problem, ProblemCode, StepResult } from './verdict.types.ts';

/**
 * Folds one event into the state of its key and says what is to be written. Pure; the state given is frozen.
 * `state` is null before the first event of a key.
 * @throws CausewayError `MAPPING_FAILED` when the pack itself is at fault: its schema, fold or projection threw, or gave
 * something that is no JSON. Never because of what an event holds, if the pack is right.
 */
export function step(mapping: Mapping, state: JsonObject | null, event: CausewayEvent): StepResult {
  try {
    const ready = readEvent(mapping, event);
    return ready instanceof SetAside ? unchanged(ready, state) : apply(mapping, frozen(state), ready);
  } catch (cause) {
    const { name, version } = mapping;
    const details = { mapping: name, mappingVersion: version, eventId: event.id, eventType: event.type };
    throw new CausewayError('MAPPING_FAILED', { details, cause });
  }
}

function apply(mapping: Mapping, state: JsonObject | null, { event, problems: said }: ReadEvent): StepResult {
  const handler = mapping.fold[event.type];
  if (handler === undefined) throw new Error(`nothing folds ${event.type}`);
  const problems: Problem[] = said.map((problem) => ({ eventId: event.id, ...problem }));
  const effects: WantedEffect[] = [];
  const held: HeldFields[] = [];
  const { own, memory } = splitState(state ?? mapping.initial);
  const next = handler(own, event, toolsOf(mapping, { eventId: event.id, problems, effects, held }));
  if (next instanceof Ignored || next instanceof SetAside) return unchanged(next, state);
  const after = frozenJson(next);
  const { settings } = mapping;
  const before = state === null ? [] : mapping.project(own, settings);
  const wanted = mapping.project(after, settings);
  const commands = orderedCommands({ before: withHeld({ before, after: wanted }, held), after: wanted, effects });
  const joined = frozenJson(joinState(after, afterChange(memory, before, wanted)));
  return { verdict: 'applied', state: joined, commands, problems };
}

interface Said {
  readonly eventId: string;
  readonly problems: Problem[];
  readonly effects: WantedEffect[];
  readonly held: HeldFields[];
}

function toolsOf({ settings, connectionId }: Mapping, { eventId, problems, effects, held }: Said): FoldTools {
  return {
    settings,
    connectionId,
    held: (record, fields) => void held.push({ record, fields }),
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
