import { Command, Option, SubCommand } from 'nest-commander';
import { publisherOptions, readSourcesFile, summariseSource, type SourceSummary } from '#config';
import { CausewayCommand } from '../causeway.command.ts';
import { WrongUse } from '../exit.codes.ts';
import { say } from '../source.command.ts';
import { table } from '../table.ts';

interface CheckOptions {
  readonly file?: string;
  readonly secrets?: boolean;
  readonly json?: boolean;
}

@SubCommand({
  name: 'check',
  description:
    'Checks a file of sources as the publisher does at its start, and prints what it declares, without secrets; exit 2 with every problem when it cannot be used. Connects to nothing. Example: causeway publisher config check --file sources.yaml',
})
export class PublisherConfigCheckCommand extends CausewayCommand {
  run(_args: string[], { file, json, secrets = true }: CheckOptions): Promise<void> {
    const path = file ?? process.env[publisherOptions.sourcesFile.env] ?? '';
    if (path === '') throw new WrongUse(`--file wants the file to check (or set ${publisherOptions.sourcesFile.env})`);
    const sources = readSourcesFile(path, { withSecrets: secrets }).map(summariseSource);
    const rows = sources.map(({ name, database, slot, publication, rows: { preset }, settings }) => [
      name,
      database ?? 'not looked up',
      slot,
      publication,
      preset,
      settingsText(settings),
    ]);
    const titles = ['source', 'database', 'slot', 'publication', 'preset', 'settings of its own'];
    const lines = [
      table(titles, rows),
      '',
      `${path}: ${sources.length} ${sources.length === 1 ? 'source' : 'sources'}, in order`,
    ];
    say({ file: path, sources }, { json, lines });
    return Promise.resolve();
  }

  @Option({
    flags: '--file <file>',
    description: 'YAML or JSON file (default: the one that CAUSEWAY_SOURCES_FILE names)',
  })
  parseFile(value: string): string {
    return value;
  }

  @Option({ flags: '--no-secrets', description: 'Check the form alone: do not look up ${NAME}, urlEnv and urlFile' })
  parseSecrets(): boolean {
    return false;
  }

  @Option({ flags: '--json', description: 'Print one JSON object' })
  parseJson(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'config',
  description: 'The file that declares sources. Example: causeway publisher config check --file sources.yaml',
  subCommands: [PublisherConfigCheckCommand],
})
export class PublisherConfigCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

@Command({
  name: 'publisher',
  description: 'What a publisher is told. Example: causeway publisher config check --file sources.yaml',
  subCommands: [PublisherConfigCommand],
})
export class PublisherCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function settingsText(settings: SourceSummary['settings']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
