import { Command, Option, SubCommand } from 'nest-commander';
import type { Throttle, ThrottleScope, ThrottleUnit } from '#ledger';
import { clearThrottle, readThrottles, setThrottle, throttleName } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { LookCommand, operatorOf, type LookOptions } from '../operator.command.ts';
import { print } from '../output.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';
import { HoldCommand, type HoldOptions } from './hold.command.ts';

const MOST = 10_000;

interface ThrottleOptions extends HoldOptions {
  readonly direction?: 'out' | 'in';
  readonly calls?: number;
  readonly commands?: number;
}

abstract class ThrottleScopeCommand extends HoldCommand {
  @Option({
    flags: '--direction <way>',
    description: 'out: commands to the CRM (default); in: calls that read the CRM, of a connection or of all',
  })
  parseDirection(value: string): 'out' | 'in' {
    if (value !== 'out' && value !== 'in') throw new WrongUse(`--direction wants out or in, not ${value}`);
    return value;
  }
}

@SubCommand({
  name: 'set',
  description:
    'Lets no more than so much go out a second, over all processes together, within two seconds; what is said must all fit. Another number for the same takes its place. Exit 1 when there is no such connection. Example: causeway throttle set --connection zoho-portal --commands 5 --reason "import by the sales team"',
})
export class ThrottleSetCommand extends ThrottleScopeCommand {
  async run(_args: string[], options: ThrottleOptions): Promise<void> {
    const operator = operatorOf(options);
    const scope = throttledBy(options);
    const rate = rateOf(options, scope);
    const done = await withIntegration((db) => setThrottle(db, { scope, ...rate }, operator));
    const name = throttleName(scope);
    const line = done
      ? `${name}: at most ${rate.perSecond} ${rate.unit} a second`
      : `there is no connection ${scope.connectionId ?? ''}`;
    say({ done, ...scope, ...rate }, { json: options.json, lines: [line] });
    process.exitCode = done ? EXIT.done : EXIT.problems;
  }

  @Option({ flags: '--calls <count>', description: 'So many calls a second, such as 2 or 0.5' })
  parseCalls(value: string): number {
    return rate('--calls', value);
  }

  @Option({ flags: '--commands <count>', description: 'So many commands a second; a call carries up to a hundred' })
  parseCommands(value: string): number {
    return rate('--commands', value);
  }
}

@SubCommand({
  name: 'clear',
  description:
    'Takes away what set said with the same options; what waited goes on. Exit 1 when there is none. Example: causeway throttle clear --connection zoho-portal --reason "import is over"',
})
export class ThrottleClearCommand extends ThrottleScopeCommand {
  async run(_args: string[], options: ThrottleOptions): Promise<void> {
    const operator = operatorOf(options);
    const scope = throttledBy(options);
    const done = await withIntegration((db) => clearThrottle(db, scope, operator));
    const name = throttleName(scope);
    const line = done ? `no longer throttled: ${name}` : `${name} is not throttled; see causeway throttle list`;
    say({ done, ...scope }, { json: options.json, lines: [line] });
    process.exitCode = done ? EXIT.done : EXIT.problems;
  }
}

@SubCommand({
  name: 'list',
  description: 'What is throttled, and by whom. Example: causeway throttle list --json',
})
export class ThrottleListCommand extends LookCommand {
  async run(_args: string[], options: LookOptions): Promise<void> {
    print(await withIntegration((db) => readThrottles(db)), {
      json: options.json ?? false,
      empty: 'nothing is throttled',
      columns: {
        throttled: (row: Throttle) => throttleName(row),
        'a second': (row: Throttle) => `${row.perSecond} ${row.unit}`,
        by: (row: Throttle) => row.by,
        since: (row: Throttle) => row.at.toISOString(),
        reason: (row: Throttle) => row.reason,
      },
    });
  }
}

@Command({
  name: 'throttle',
  description: 'Lets only so much a second go to the CRM, or be read from it. Example: causeway throttle list',
  subCommands: [ThrottleSetCommand, ThrottleListCommand, ThrottleClearCommand],
})
export class ThrottleCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

/** @throws WrongUse when nothing is named, or something that reading does not know */
function throttledBy(options: ThrottleOptions): ThrottleScope {
  const { connection, pack = null, operation = null, module = null, record, direction = 'out' } = options;
  const [connectionId, recordKey] = [connection ?? null, record ?? null];
  const scope = { direction, connectionId, pack, operation, module, recordKey };
  const narrow = [pack, operation, module, recordKey].some((part) => part !== null);
  if (direction === 'in' && narrow) throw new WrongUse('--direction in goes with --connection only');
  if (options.direction === undefined && connectionId === null && !narrow)
    throw new WrongUse('name --connection, --pack, --operation, --module, --record or --direction');
  return scope;
}

/** @throws WrongUse */
function rateOf({ calls, commands }: ThrottleOptions, { direction }: ThrottleScope) {
  if ((calls === undefined) === (commands === undefined)) throw new WrongUse('say either --calls or --commands');
  if (direction === 'in' && calls === undefined) throw new WrongUse('--direction in goes by --calls');
  const unit: ThrottleUnit = calls === undefined ? 'commands' : 'calls';
  return { unit, perSecond: calls ?? commands ?? 0 };
}

/** @throws WrongUse */
function rate(flag: string, value: string): number {
  const number = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || !(number > 0 && number <= MOST))
    throw new WrongUse(`${flag} wants a number above 0 and up to ${MOST}, not ${value}; causeway pause holds all back`);
  return number;
}
