import { Command, Option, SubCommand } from 'nest-commander';
import { listSetAside, type SetAsideEvent } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { print } from '../output.ts';
import { withIntegration } from '../target.ts';

@SubCommand({ name: 'list', description: 'Events set aside, oldest first. Example: causeway set-aside list --json' })
export class SetAsideListCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean }): Promise<void> {
    print(await withIntegration((db) => listSetAside(db)), {
      json: options.json ?? false,
      empty: 'nothing is set aside',
      columns: {
        id: (row: SetAsideEvent) => row.id,
        code: (row: SetAsideEvent) => row.code,
        field: (row: SetAsideEvent) => row.field ?? '',
        type: (row: SetAsideEvent) => row.eventType ?? '',
        subject: (row: SetAsideEvent) => row.subject ?? '',
        place: (row: SetAsideEvent) => `${row.topic}/${row.partition}@${row.offset}`,
      },
    });
  }

  @Option({ flags: '--json', description: 'Print a list of objects' })
  parseJson(): boolean {
    return true;
  }
}

@Command({
  name: 'set-aside',
  description: 'Events that could not be used. Example: causeway set-aside list',
  subCommands: [SetAsideListCommand],
})
export class SetAsideCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
