import { Command, Option } from 'nest-commander';
import { standardPostgresUrl } from '#config';
import { migrate, migrationFolder } from '#postgres';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT } from '../exit.codes.ts';

/** The integration database has an outbox of its own, so it gets the product's migrations first. */
const FOLDERS = { product: ['product'], integration: ['product', 'integration'] } as const;

@Command({
  name: 'migrate',
  arguments: '<product|integration>',
  description: 'Installs or updates the tables of a database. Example: causeway migrate product --url postgres://...',
})
export class MigrateCommand extends CausewayCommand {
  async run([which = '']: string[], options: { readonly url?: string }): Promise<void> {
    const url = options.url ?? standardPostgresUrl.read(process.env);
    if (!(which in FOLDERS) || url === undefined) {
      process.stderr.write(
        'usage: causeway migrate <product|integration> --url <Postgres URL> (or DATABASE_URL, or PG*)\n',
      );
      process.exitCode = EXIT.wrongUse;
      return;
    }
    for (const folder of FOLDERS[which as keyof typeof FOLDERS]) {
      const applied = await migrate({ url, folder: migrationFolder(folder) });
      process.stdout.write(`${folder}: ${applied.length === 0 ? 'up to date' : applied.join(', ')}\n`);
    }
  }

  @Option({ flags: '--url <url>', description: 'Postgres URL; a role that may create schemas, roles and publications' })
  parseUrl(value: string): string {
    return value;
  }
}
