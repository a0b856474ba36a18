import { recordKeyOf, type CausewayEvent, type Command, type JsonObject } from '#contracts';
import type { Mapping } from './mapping.types.ts';
import { splitState } from '../returns/record.memory.ts';
import { step } from './step.runner.ts';
import type { StepResult } from './verdict.types.ts';

/** What an effect makes, in words. */
const EFFECTS: Partial<Record<Command['operation'], string>> = { note: 'Note', task: 'Task', convert: 'Conversion' };

/**
 * Says in words what an event does to a state: which handler ran, what was said, and why each command exists. One
 * sentence a line; names of fields and never their values, so that it may be logged and shown.
 */
export function explain(mapping: Mapping, state: JsonObject | null, event: CausewayEvent): string[] {
  const result = step(mapping, state, event);
  const before = state === null ? [] : mapping.project(splitState(state).own, mapping.settings);
  const known = new Set(before.map((record) => recordKeyOf(record)));
  return [
    verdictOf(mapping, event, result),
    ...result.problems.map(({ code, field }) => `Problem ${code} at ${field}: the value counts as absent.`),
    ...result.commands.map((command) => reasonOf(command, known)),
    ...(result.verdict === 'applied' && result.commands.length === 0
      ? ['No command: each record is wanted as it was before.']
      : []),
  ];
}

function verdictOf({ name, version }: Mapping, event: CausewayEvent, result: StepResult): string {
  const about = `Event ${event.id} (${event.type} version ${event.version} of ${event.subject})`;
  const by = `${name} version ${version}`;
  if (result.verdict === 'set_aside') return `${about} was set aside by ${by}: ${result.code} at ${result.field}.`;
  if (result.verdict === 'ignored') return `${about} was ignored by ${event.type} of ${by}: ${result.reason}.`;
  return `${about} was folded by ${event.type} of ${by}.`;
}

function reasonOf(command: Command, known: ReadonlySet<string>): string {
  const key = recordKeyOf(command);
  if (command.operation === 'delete') return `Delete ${key}: the projection wanted it before and does not want it now.`;
  if (command.effectKey !== undefined) {
    return `${EFFECTS[command.operation] ?? command.operation} for ${key}: the event asks for ${command.effectKey}, which happens once.`;
  }
  const told = command.trigger.length === 0 ? 'no automation is triggered' : `triggers ${command.trigger.join(', ')}`;
  if (!known.has(key)) {
    return `Write ${key}: the projection wants it for the first time, with ${Object.keys(command.fields).join(', ')}; ${told}.`;
  }
  const changes = Object.entries(command.fields).map(([field, value]) =>
    value === null ? `${field} is cleared` : `${field} changes`,
  );
  return `Write ${key}: ${changes.join(', ')}; ${told}.`;
}
