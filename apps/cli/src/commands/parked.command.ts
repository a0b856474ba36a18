import { Command, SubCommand } from 'nest-commander';
import { listParked, type ParkedCommand as Parked } from '#ledger';
import { changeParked, explanationOf } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT } from '../exit.codes.ts';
import { operatorOf, rowsTable } from '../operator.command.ts';
import { print } from '../output.ts';
import { SelectionCommand, requireChoice, selectionOf, type SelectionOptions } from '../parked.selection.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';
import { ParkedEditCommand } from './parked-edit.command.ts';
import { ParkedReleaseCommand, ParkedRestoreCommand } from './parked-record.command.ts';
import { ParkedShowCommand } from './commands.command.ts';

@SubCommand({
  name: 'list',
  description: 'Parked commands, oldest first. Example: causeway parked list --code CRM_DUPLICATE --json',
})
export class ParkedListCommand extends SelectionCommand {
  async run(_args: string[], options: SelectionOptions): Promise<void> {
    const selection = selectionOf([], options);
    const parked = await withIntegration((db) => listParked(db, selection));
    const rows = parked.map((entry) => ({ ...entry, ...explanationOf(entry.code) }));
    print(rows, {
      json: options.json ?? false,
      empty: 'nothing is parked',
      columns: {
        id: (row: Parked) => row.id,
        record: (row: Parked) => row.recordKey,
        connection: (row: Parked) => row.connectionId,
        code: (row: Parked) => row.code,
        field: (row: Parked) => row.field ?? '',
        waiting: (row: Parked) => String(row.waiting),
        reason: (row: Parked) => row.reason ?? '',
      },
    });
  }
}

@SubCommand({
  name: 'retry',
  arguments: '[ids...]',
  description:
    'Makes parked commands ready again; exit 1 when none was parked. Example: causeway parked retry 17 18 --reason "field made optional" --yes',
})
export class ParkedRetryCommand extends SelectionCommand {
  run(ids: string[], options: SelectionOptions): Promise<void> {
    return change('retry', ids, options);
  }
}

@SubCommand({
  name: 'skip',
  arguments: '[ids...]',
  description:
    'Ends parked commands without a call; later ones of their records go on; exit 1 when none was parked. Example: causeway parked skip --code CRM_DUPLICATE --reason "merged by hand" --yes',
})
export class ParkedSkipCommand extends SelectionCommand {
  run(ids: string[], options: SelectionOptions): Promise<void> {
    return change('skip', ids, options);
  }
}

@Command({
  name: 'parked',
  description: 'Commands that cannot go on without a person. Example: causeway parked list',
  subCommands: [
    ParkedListCommand,
    ParkedShowCommand,
    ParkedRetryCommand,
    ParkedSkipCommand,
    ParkedEditCommand,
    ParkedRestoreCommand,
    ParkedReleaseCommand,
  ],
})
export class ParkedCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

const DONE = { retry: 'ready again', skip: 'skipped' } as const;

async function change(verb: 'retry' | 'skip', ids: readonly string[], options: SelectionOptions): Promise<void> {
  const selection = requireChoice(selectionOf(ids, options));
  const operator = operatorOf(options);
  await withIntegration(async (db) => {
    const commands = await listParked(db, selection);
    if (commands.length === 0) {
      say({ done: false, ids: [] }, { json: options.json, lines: ['no parked command is chosen by that'] });
      process.exitCode = EXIT.problems;
      return;
    }
    const shown = rowsTable(commands, {
      id: ({ id }) => id,
      record: ({ recordKey }) => recordKey,
      code: ({ code }) => code,
      waiting: ({ waiting }) => String(waiting),
    });
    if (!announce([`will ${verb} ${commands.length} parked:`, shown], options)) return;
    const done = await changeParked(db, { verb, commands, operator });
    say({ done: true, ids: done }, { json: options.json, lines: [`${done.length} ${DONE[verb]}: ${done.join(', ')}`] });
    process.exitCode = done.length > 0 ? EXIT.done : EXIT.problems;
  });
}
