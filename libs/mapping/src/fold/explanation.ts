import { linkedKeysOf, recordKeyOf, type CausewayEvent, type Command, type JsonObject } from '#contracts';
import { splitState } from '../returns/record.memory.ts';
import { difference } from './difference.policy.ts';
import type { Mapping } from './mapping.types.ts';
import { step } from './step.runner.ts';
import type { StepResult } from './verdict.types.ts';
import type { WantedRecord } from './wanted.types.ts';

/** What an effect makes, in words. */
const EFFECTS: Partial<Record<Command['operation'], string>> = { note: 'Note', task: 'Task', convert: 'Conversion' };

/** The records as they were wanted, and as they are wanted after the event. */
interface Projections {
  readonly before: readonly WantedRecord[];
  readonly after: readonly WantedRecord[];
}

/**
 * Says in words what an event does to a state: which handler ran, what was said, why each command exists and why one does not that could
 * be looked for. One sentence a line; names of fields and never their values, so that it may be logged and shown.
 */
export function explain(mapping: Mapping, state: JsonObject | null, event: CausewayEvent): string[] {
  const result = step(mapping, state, event);
  const lines = [
    verdictOf(mapping, event, result),
    ...result.problems.map(({ code, field }) => `Problem ${code} at ${field}: the value counts as absent.`),
  ];
  if (result.verdict !== 'applied') return lines;
  const before = state === null ? [] : mapping.project(splitState(state).own, mapping.settings);
  const projections = { before, after: result.projection ?? [] };
  const notWritten = [...leftAlone(projections), ...heldByCrm(projections, result.commands)];
  return [
    ...lines,
    ...result.commands.map((command) => reasonOf(command, projections)),
    ...notWritten,
    ...(result.commands.length + notWritten.length === 0
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

function reasonOf(command: Command, projections: Projections): string {
  const key = recordKeyOf(command);
  if (command.operation === 'delete') return `Delete ${key}: the projection wanted it before and does not want it now.`;
  if (command.effectKey !== undefined) {
    const makes = command.makes?.map((record) => recordKeyOf(record)) ?? [];
    const made = makes.length === 0 ? '' : ` and makes ${makes.join(', ')}`;
    const what = EFFECTS[command.operation] ?? command.operation;
    return `${what} for ${key}: the event asks for ${command.effectKey}, which happens once${made}.`;
  }
  return `Write ${key}: ${[whyWritten(command, projections), toldBy(command), ...waitsOf(command)].join('; ')}.`;
}

function whyWritten(command: Command, { before, after }: Projections): string {
  const key = recordKeyOf(command);
  const fields = Object.entries(command.fields);
  const names = fields.map(([field]) => field).join(', ');
  if (!isIn(after, key)) return `a conversion of it is asked for, and it may not be there, with ${names}`;
  if (!isIn(before, key)) return `the projection wants it for the first time, with ${names}`;
  return fields.map(([field, value]) => (value === null ? `${field} is cleared` : `${field} changes`)).join(', ');
}

function toldBy({ trigger }: Command): string {
  return trigger.length === 0 ? 'no automation is triggered' : `triggers ${trigger.join(', ')}`;
}

/** What must be there before it goes out, and when it does not. */
function waitsOf({ fields, linkOnly, ensure }: Command): string[] {
  const lookups = [...new Set(linkedKeysOf(fields))];
  return [
    ...(ensure === true ? ['only where it is missing'] : []),
    ...(linkOnly === true ? ['waits until a conversion has made it'] : []),
    ...(lookups.length === 0 ? [] : [`waits for the ids of ${lookups.join(', ')}`]),
  ];
}

/** Records that are not wanted any more and are not deleted either. */
function leftAlone({ before, after }: Projections): string[] {
  return before
    .filter((record) => record.whenGone === 'leave' && !isIn(after, recordKeyOf(record)))
    .map((record) => `${recordKeyOf(record)} is not wanted any more and is left as it is.`);
}

/** Changes that no command carries, since the fold says that the CRM has them. */
function heldByCrm({ before, after }: Projections, commands: readonly Command[]): string[] {
  return difference(before, after)
    .filter(({ operation }) => operation === 'write')
    .flatMap((change) => {
      const key = recordKeyOf(change);
      const sent = commands.filter(({ operation, ...record }) => operation === 'write' && recordKeyOf(record) === key);
      const held = Object.keys(change.fields).filter(
        (field) => !sent.some(({ fields }) => Object.hasOwn(fields, field)),
      );
      return held.length === 0 ? [] : [`${key} has ${held.join(', ')} from the CRM already: not sent.`];
    });
}

function isIn(records: readonly WantedRecord[], key: string): boolean {
  return records.some((record) => recordKeyOf(record) === key);
}
