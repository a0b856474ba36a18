import { Command, Option, SubCommand } from 'nest-commander';
import { LANES } from '#contracts';
import { readCredits, type CreditsReport } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { print } from '../output.ts';
import { withIntegration } from '../target.ts';

@SubCommand({
  name: 'status',
  description:
    'Credits of the rolling 24 hours by connection and lane, and when they will be used up. Example: causeway credits status --json',
})
export class CreditsStatusCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean }): Promise<void> {
    const known = (value: number | string | null): string => (value === null ? '?' : String(value));
    print(await withIntegration((db) => readCredits(db)), {
      json: options.json ?? false,
      empty: 'there are no connections',
      columns: {
        connection: (row: CreditsReport) => row.connection,
        used: (row: CreditsReport) => String(row.used),
        of: (row: CreditsReport) => known(row.credits),
        'calls at once': (row: CreditsReport) => known(row.concurrency),
        ...Object.fromEntries(LANES.map((lane) => [lane, (row: CreditsReport) => String(row.lanes[lane].used)])),
        'exhausted at': (row: CreditsReport) => row.exhaustedAt ?? 'not within a day',
      },
    });
  }

  @Option({ flags: '--json', description: 'Print a list of objects, with the share of each lane' })
  parseJson(): boolean {
    return true;
  }
}

@Command({
  name: 'credits',
  description: "The CRM's credits. Example: causeway credits status",
  subCommands: [CreditsStatusCommand],
})
export class CreditsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
