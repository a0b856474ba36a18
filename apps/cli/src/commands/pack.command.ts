import { Command, Option, SubCommand } from 'nest-commander';
import { playCases, startCaseSystem, type CaseResult } from '#cases';
import { integrationOptions, isOwnOptionSet, loadConfig } from '#config';
import type { WorkedCase } from '#mapping';
import { builtInPacks, loadPack, type Pack } from '#packs';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { print } from '../output.ts';
import { PackDiffCommand } from './pack-diff.command.ts';

interface PackRow {
  readonly name: string;
  readonly version: number;
  readonly product: string;
  readonly topics: readonly string[];
  readonly events: number;
  readonly cases: number;
  readonly loaded: boolean;
}

@SubCommand({
  name: 'list',
  description: 'Packs that come with Causeway, and those of CAUSEWAY_PACKS. Example: causeway pack list --json',
})
export class PackListCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean }): Promise<void> {
    const { packs: option } = integrationOptions;
    const named = isOwnOptionSet(option, process.env) ? loadConfig({ option }).option : [];
    const others = named.filter((name) => !Object.hasOwn(builtInPacks, name));
    const loaded = await Promise.all(others.map((name) => loadPack(name)));
    const rows = [...Object.values(builtInPacks), ...loaded].map((pack) => ({
      ...rowOf(pack),
      loaded: loaded.includes(pack) || named.includes(pack.name),
    }));
    print(rows, {
      json: options.json ?? false,
      empty: 'there are no packs',
      columns: {
        name: (row: PackRow) => row.name,
        version: (row: PackRow) => String(row.version),
        product: (row: PackRow) => row.product,
        cases: (row: PackRow) => String(row.cases),
        topics: (row: PackRow) => row.topics.join(' '),
      },
    });
  }

  @Option({ flags: '--json', description: 'Print a list of objects; loaded: named by CAUSEWAY_PACKS' })
  parseJson(): boolean {
    return true;
  }
}

interface TestOptions {
  readonly case?: string;
  readonly json?: boolean;
}

@SubCommand({
  name: 'test',
  arguments: '<name>',
  description:
    'Plays the worked cases of a pack, by name or by path of its folder, from an outbox to the simulated CRM, in a system of its own. Exit 1 when one does not hold. Example: causeway pack test signup-lead',
})
export class PackTestCommand extends CausewayCommand {
  async run([name = '']: string[], { case: only, json = false }: TestOptions): Promise<void> {
    const pack = await loadPack(name);
    const cases = chosen(pack, only);
    const progress = (message: string): void => {
      if (!json) process.stderr.write(`${message}\n`);
    };
    const system = await startCaseSystem(pack, { named: name, progress });
    try {
      const results = await playCases(system, cases, (result) => {
        if (!json) process.stdout.write(`${lineOf(result)}\n`);
      });
      const failed = results.filter(({ passed }) => !passed).length;
      const counts = { passed: results.length - failed, failed };
      const report = { pack: pack.name, version: pack.mapping.version, ...counts, cases: results };
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${counts.passed} passed, ${failed} failed\n`);
      process.exitCode = failed === 0 ? EXIT.done : EXIT.problems;
    } finally {
      await system.stop();
    }
  }

  @Option({ flags: '--case <name>', description: 'Only the case of this name' })
  parseCase(value: string): string {
    return value;
  }

  @Option({
    flags: '--json',
    description: 'Print {pack, version, passed, failed, cases: [{name, passed, differs, seconds}]}',
  })
  parseJson(): boolean {
    return true;
  }
}

@Command({
  name: 'pack',
  description: 'Packs: the mappings of products. Example: causeway pack test signup-lead',
  subCommands: [PackListCommand, PackTestCommand, PackDiffCommand],
})
export class PackCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function rowOf({ name, product, mapping, cases }: Pack): Omit<PackRow, 'loaded'> {
  const { version, topics, events } = mapping;
  return {
    name,
    version,
    product,
    topics: topics.map((topic) => `${product}.${topic}`),
    events: Object.keys(events).length,
    cases: cases.length,
  };
}

function chosen({ name, cases }: Pack, only: string | undefined): readonly WorkedCase[] {
  const found = only === undefined ? cases : cases.filter((worked) => worked.name === only);
  if (found.length > 0) return found;
  if (only === undefined) throw new WrongUse(`pack ${name} has no worked cases: put them into its cases.json`);
  throw new WrongUse(
    `pack ${name} has no case ${JSON.stringify(only)}; it has: ${cases.map((each) => each.name).join('; ')}`,
  );
}

function lineOf({ name, passed, differs, seconds }: CaseResult): string {
  return [`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`, ...differs.map((line) => `       ${line}`)].join(
    '\n',
  );
}
