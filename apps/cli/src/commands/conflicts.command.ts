import { Command, Option, SubCommand } from 'nest-commander';
import { listConflicts, type ConflictLine } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { print } from '../output.ts';
import { withIntegration } from '../target.ts';

interface Options {
  readonly json?: boolean;
  readonly contested?: boolean;
  readonly kind?: string;
}

@SubCommand({
  name: 'list',
  description:
    'What people changed in the CRM that is not theirs alone, newest first. Example: causeway conflicts list --contested',
})
export class ConflictsListCommand extends CausewayCommand {
  async run(_args: string[], { json = false, contested = false, kind }: Options): Promise<void> {
    const query = { contested, ...(kind === undefined ? {} : { kind }) };
    print(await withIntegration((db) => listConflicts(db, query)), {
      json,
      empty: 'no conflicts',
      columns: {
        record: (row: ConflictLine) => row.recordKey,
        connection: (row: ConflictLine) => row.connectionId,
        kind: (row: ConflictLine) => row.kind,
        field: (row: ConflictLine) => row.field ?? '',
        restored: (row: ConflictLine) => (row.restored ? 'yes' : 'no'),
        by: (row: ConflictLine) => row.changedBy ?? '',
        at: (row: ConflictLine) => row.changedAt.toISOString(),
      },
    });
  }

  @Option({ flags: '--contested', description: 'Only fields that stand now as somebody in the CRM left them' })
  parseContested(): boolean {
    return true;
  }

  @Option({
    flags: '--kind <kind>',
    description:
      'Only conflict, refused, unrecognised (stages), deleted (records) or unmatched (records with a name of ours and no link)',
  })
  parseKind(kind: string): string {
    return kind;
  }

  @Option({ flags: '--json', description: 'Print a list of objects, with hashes of both values' })
  parseJson(): boolean {
    return true;
  }
}

@Command({
  name: 'conflicts',
  description: 'Edits in the CRM of what the product owns. Example: causeway conflicts list',
  subCommands: [ConflictsListCommand],
})
export class ConflictsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
