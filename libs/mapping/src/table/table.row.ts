import type { Command, JsonObject } from '#contracts';
import type { Mapping } from '../fold/mapping.types.ts';
import { eventOf, play, type EventSeed } from './event.player.ts';

/** One row of a table of tests: some events, one more event, and what is said and commanded then. */
export interface TableRow {
  readonly name: string;
  readonly given?: readonly EventSeed[];
  readonly when: EventSeed;
  readonly expect: {
    /** `applied`, `ignored: <reason>` or `set_aside: <code> <field>`. Default: `applied`. */
    readonly verdict?: string;
    /** `<code> <field>` each. Default: none. */
    readonly problems?: readonly string[];
    /** Each with the keys that matter. Default: none. */
    readonly commands?: readonly Partial<Command>[];
    readonly state?: JsonObject | null;
  };
}

/** What a row expects and what happened, in one shape: `expect(actual).toEqual(expected)`. */
export interface RowOutcome {
  readonly expected: object;
  readonly actual: object;
}

/** Plays one row under the purity guard. Only what the row names of commands and state is compared. */
export function playRow(mapping: Mapping, { given = [], when, expect }: TableRow): RowOutcome {
  const events = [...given, when].map((seed, index) => eventOf(mapping, seed, index + 1));
  const { results } = play(mapping, events);
  const result = results.at(-1);
  if (result === undefined || results.length < events.length) throw new Error('an event has the id of an earlier one');
  const expected = { verdict: 'applied', problems: [], commands: [], ...expect };
  const actual = {
    verdict: verdictText(result),
    problems: result.problems.map(({ code, field }) => `${code} ${field}`),
    commands: result.commands.map((command, index) => narrowed(command, expected.commands[index])),
    ...('state' in expect ? { state: result.state } : {}),
  };
  return { expected, actual };
}

function verdictText(result: ReturnType<typeof play>['results'][number]): string {
  if (result.verdict === 'ignored') return `ignored: ${result.reason}`;
  if (result.verdict === 'set_aside') return `set_aside: ${result.code} ${result.field}`;
  return result.verdict;
}

function narrowed(command: Command, named: Partial<Command> | undefined): Partial<Command> {
  if (named === undefined) return command;
  return Object.fromEntries(Object.entries(command).filter(([key]) => Object.hasOwn(named, key)));
}
