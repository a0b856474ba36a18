import { Command, Option, SubCommand } from 'nest-commander';
import { ERROR_CATALOGUE, type ErrorCode } from '#contracts';
import { listParked, retryParked, skipParked, type ParkedCommand as Parked } from '#ledger';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT } from '../exit.codes.ts';
import { print } from '../output.ts';
import { withIntegration } from '../target.ts';

@SubCommand({ name: 'list', description: 'Parked commands, oldest first. Example: causeway parked list --json' })
export class ParkedListCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean }): Promise<void> {
    const parked = await withIntegration((db) => listParked(db));
    const rows = parked.map((entry) => ({ ...entry, ...adviceOf(entry) }));
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

  @Option({ flags: '--json', description: 'Print a list of objects with what each code means and who can act' })
  parseJson(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'retry',
  arguments: '<id>',
  description: 'Makes a parked command ready again. Example: causeway parked retry 17',
})
export class ParkedRetryCommand extends CausewayCommand {
  async run([id = '']: string[]): Promise<void> {
    await act(id, 'is ready again', () => withIntegration((db) => retryParked(db, id)));
  }
}

@SubCommand({
  name: 'skip',
  arguments: '<id>',
  description: 'Ends a parked command without a call; later ones of its record go on. Example: causeway parked skip 17',
})
export class ParkedSkipCommand extends CausewayCommand {
  async run([id = '']: string[]): Promise<void> {
    await act(id, 'is skipped', () => withIntegration((db) => skipParked(db, id)));
  }
}

@Command({
  name: 'parked',
  description: 'Commands that cannot go on without a person. Example: causeway parked list',
  subCommands: [ParkedListCommand, ParkedRetryCommand, ParkedSkipCommand],
})
export class ParkedCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

async function act(id: string, done: string, change: () => Promise<boolean>): Promise<void> {
  if (!/^\d+$/.test(id)) {
    process.stderr.write(`the id of a command is a number, not ${JSON.stringify(id)}\n`);
    process.exitCode = EXIT.wrongUse;
    return;
  }
  const found = await change();
  process.stdout.write(found ? `command ${id} ${done}\n` : `no parked command has the id ${id}\n`);
  process.exitCode = found ? EXIT.done : EXIT.problems;
}

function adviceOf({ code }: Parked): { meaning: string; action: string; owner: string } {
  return ERROR_CATALOGUE[code as ErrorCode];
}
