import { Option, SubCommand } from 'nest-commander';
import { loadPack, type Pack } from '#packs';
import { diffCases, diffStates, type CaseDifference, type RecordDifference, type StateDiff } from '#planning';
import { CausewayCommand } from '../causeway.command.ts';
import { WrongUse } from '../exit.codes.ts';
import { rowsTable } from '../operator.command.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface DiffOptions {
  readonly kept?: boolean;
  readonly json?: boolean;
}

@SubCommand({
  name: 'diff',
  arguments: '<from> <to>',
  description:
    'What two versions of a pack, by name or by path of their folders, make of its worked cases, and with --kept of the states that are kept: ' +
    'records, fields and effects that differ. Example: causeway pack diff signup-lead ./packs/signup-lead --kept',
})
export class PackDiffCommand extends CausewayCommand {
  async run([from = '', to = '']: string[], { kept = false, json }: DiffOptions): Promise<void> {
    const [before, after] = [await loadPack(from), await loadPack(to)];
    if (before.name !== after.name) {
      throw new WrongUse(`${before.name} and ${after.name} are two packs, not two versions of one`);
    }
    const cases = diffCases(before, after);
    const versions = { from: before.mapping, to: after.mapping };
    const states = kept ? await withIntegration((db) => diffStates(db, versions)) : null;
    const about = { pack: after.name, from: before.mapping.version, to: after.mapping.version };
    say({ ...about, cases, kept: states }, { json, lines: linesOf({ before, after, cases, states }) });
  }

  @Option({ flags: '--kept', description: 'Compare what both want of the kept states, too' })
  parseKept(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'Print {pack, from, to, cases, kept}' })
  parseJson(): boolean {
    return true;
  }
}

interface Diff {
  readonly before: Pack;
  readonly after: Pack;
  readonly cases: readonly CaseDifference[];
  readonly states: StateDiff | null;
}

function linesOf({ before, after, cases, states }: Diff): string[] {
  const of = (result: CaseDifference['result']): number => cases.filter((each) => each.result === result).length;
  const differing = cases.filter(({ result }) => result === 'differs' || result === 'fails');
  return [
    `${after.name} version ${before.mapping.version} against version ${after.mapping.version}`,
    `${cases.length} cases: ${of('same')} same, ${of('differs')} differ, ${of('fails')} fail, ${of('not_played')} need more than a mapping`,
    ...differing.flatMap(({ name, result, records, verdicts }) => [
      '',
      result === 'fails' ? `${name}: one of them cannot play it` : name,
      ...(verdicts === 0 ? [] : [`${verdicts} events are judged otherwise`]),
      ...tableOf(records),
    ]),
    ...(states === null ? [] : ['', ...keptLines(states)]),
  ];
}

function keptLines({ keys, differing, failed, records }: StateDiff): string[] {
  const byField = new Map<string, number>();
  for (const { module, fields } of records)
    for (const field of fields) byField.set(`${module}.${field}`, (byField.get(`${module}.${field}`) ?? 0) + 1);
  const rows = [...byField].sort(([, a], [, b]) => b - a);
  return [
    `${keys} kept states: ${differing} want something else, ${failed} have a form that one of the versions does not know`,
    ...(rows.length === 0
      ? []
      : [rowsTable(rows, { field: ([field]) => field, records: ([, count]) => String(count) })]),
  ];
}

const WHO: Readonly<Record<RecordDifference['kind'], string>> = {
  only_before: 'only the first',
  only_after: 'only the second',
  differs: 'both',
};

function tableOf(records: readonly RecordDifference[]): string[] {
  if (records.length === 0) return [];
  return [
    rowsTable(records, {
      record: ({ record }) => record,
      has: ({ kind }) => WHO[kind],
      'fields that differ': ({ fields }) => fields.join(', '),
    }),
  ];
}
