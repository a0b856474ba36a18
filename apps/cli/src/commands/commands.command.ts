import { Command, Option, SubCommand } from 'nest-commander';
import { COMMAND_STATES } from '#contracts';
import { listCommands, showCommand, type CommandDetails, type CommandLine, type CommandQuery } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { LookCommand, ageOf, type LookOptions } from '../operator.command.ts';
import { print } from '../output.ts';
import { countOf, requireId } from '../parked.selection.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface ListOptions extends LookOptions {
  readonly state?: string;
  readonly connection?: string;
  readonly pack?: string;
  readonly module?: string;
  readonly record?: string;
  readonly limit?: number;
}

@SubCommand({
  name: 'list',
  description:
    'Commands of the ledger, oldest first, with what each waits for. Example: causeway commands list --state parked --record Leads/42',
})
export class CommandsListCommand extends LookCommand {
  async run(_args: string[], options: ListOptions): Promise<void> {
    const { state, connection: connectionId, pack, module, record: recordKey, limit } = options;
    const said = { state, connectionId, pack, module, recordKey, limit };
    const query = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as CommandQuery;
    print(await withIntegration((db) => listCommands(db, query)), {
      json: options.json ?? false,
      empty: 'there are no such commands',
      columns: {
        id: (row: CommandLine) => row.id,
        record: (row: CommandLine) => row.recordKey,
        what: (row: CommandLine) => row.operation,
        lane: (row: CommandLine) => row.lane,
        state: (row: CommandLine) => row.state,
        age: (row: CommandLine) => ageOf(row.ageSeconds),
        tries: (row: CommandLine) => String(row.attempts),
        'waiting for': (row: CommandLine) => row.waitingFor.join(', '),
      },
    });
  }

  @Option({ flags: '--state <state>', description: 'A state, or open for all that are not ended (default: open)' })
  parseState(value: string): string {
    const states: readonly string[] = ['open', ...COMMAND_STATES];
    if (!states.includes(value)) throw new WrongUse(`--state wants one of ${states.join(', ')}`);
    return value;
  }

  @Option({ flags: '--connection <id>', description: 'Only those of this connection' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--pack <name>', description: 'Only those of this pack' })
  parsePack(value: string): string {
    return value;
  }

  @Option({ flags: '--module <name>', description: 'Only those of this module, such as Leads' })
  parseModule(value: string): string {
    return value;
  }

  @Option({ flags: '--record <key>', description: 'Only those of this record: <module>/<identity>, such as Leads/42' })
  parseRecord(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <count>', description: 'The oldest ones only (default 100)' })
  parseLimit(value: string): number {
    return countOf('--limit', value);
  }
}

interface ShowOptions extends LookOptions {
  readonly fields?: boolean;
}

const SHOWS =
  'One command: its fields (values only with --fields, as they may be personal data), attempts, what its code means, what it waits for, what waits behind it, and who changed it. Exit 1 when there is none.';

/** Base of the two verbs that show a command. */
abstract class ShowCommand extends LookCommand {
  async run([id = '']: string[], options: ShowOptions): Promise<void> {
    requireId(id);
    const found = await withIntegration((db) => showCommand(db, id));
    if (found === undefined) {
      say({ found: false }, { json: options.json, lines: [`no command has the id ${id}`] });
      process.exitCode = EXIT.problems;
      return;
    }
    const { fields, originalFields, ...rest } = found;
    const values = options.fields ? { fields, originalFields } : { fieldNames: Object.keys(fields) };
    say({ ...rest, ...values }, { json: options.json, lines: linesOf(found, options) });
  }

  @Option({ flags: '--fields', description: 'Print the values of its fields, too' })
  parseFields(): boolean {
    return true;
  }
}

@SubCommand({ name: 'show', arguments: '<id>', description: `${SHOWS} Example: causeway commands show 17 --fields` })
export class CommandsShowCommand extends ShowCommand {}

@SubCommand({ name: 'show', arguments: '<id>', description: `${SHOWS} Example: causeway parked show 17 --fields` })
export class ParkedShowCommand extends ShowCommand {}

@Command({
  name: 'commands',
  description: 'What is to be done in the CRM, and what came of it. Example: causeway commands list',
  subCommands: [CommandsListCommand, CommandsShowCommand],
})
export class CommandsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function linesOf(command: CommandDetails, { fields: withValues = false }: ShowOptions): string[] {
  const { link, explanation, originalFields, waitingFor, behindIt, history, audit } = command;
  const fields = withValues ? JSON.stringify(command.fields) : Object.keys(command.fields).join(', ');
  return [
    `${command.id}  ${command.operation} ${command.recordKey}  ${command.state}  lane ${command.lane}  ${ageOf(command.ageSeconds)} old`,
    `connection: ${command.connectionId}   pack: ${command.pack}   entity: ${command.entityId}   event: ${command.eventId}`,
    `record: ${link === null ? 'not known yet' : `${link.module} ${link.recordId}, generation ${link.generation}`}`,
    `fields: ${fields}`,
    ...(withValues && originalFields !== null ? [`as the mapping asked: ${JSON.stringify(originalFields)}`] : []),
    ...(command.code === null ? [] : [`code: ${command.code}${command.field === null ? '' : ` (${command.field})`}`]),
    ...(command.reason === null ? [] : [`reason: ${command.reason}`]),
    ...(explanation === null
      ? []
      : [`means: ${explanation.meaning}`, `do: ${explanation.action}`, `owner: ${explanation.owner}`]),
    ...waitingFor.map((what) => `waiting for: ${what}`),
    ...behindIt.map(({ id, operation, state }) => `behind it: ${id} ${operation} (${state})`),
    ...history.map(({ number, outcome, code, reason }) =>
      [`attempt ${number}:`, outcome ?? 'under way', code ?? '', reason ?? ''].join(' ').trimEnd(),
    ),
    ...audit.map(({ at, by, verb, reason }) => `${String(at)} ${verb} by ${by}: ${reason}`),
  ];
}
