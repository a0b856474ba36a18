import { Command, Option } from 'nest-commander';
import { withClients } from '#operations';
import { loadPack } from '#packs';
import { reconcile, type ReconcileReport } from '#planning';
import { counted } from '../counted.ts';
import { crmTarget } from '../crm.target.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { LookCommand, operatorOf, rowsTable, type LookOptions } from '../operator.command.ts';
import { readingCrm } from '../plan.target.ts';
import { progressLine } from '../progress.line.ts';
import { say } from '../source.command.ts';

interface ReconcileOptions extends LookOptions {
  readonly keys?: readonly string[];
  readonly repair?: boolean;
  readonly values?: boolean;
  readonly reason?: string;
  readonly by?: string;
}

@Command({
  name: 'reconcile',
  arguments: '<pack>',
  description:
    'Compares the CRM with what is known of each key and names what differs and why; what is to be written is kept as a plan. With --repair it is put right while it is ' +
    'under 5 % of the records or at most 10. Exit 1 when something is left. Example, each night: causeway reconcile learning --repair --reason nightly',
})
export class ReconcileCommand extends LookCommand {
  async run([name = '']: string[], options: ReconcileOptions): Promise<void> {
    const { keys, repair = false, values = false, json } = options;
    const operator = operatorOf(options);
    const { mapping } = await loadPack(name);
    const line = progressLine('keys compared');
    await withClients(await crmTarget(), async ({ db, clients }) => {
      const onProgress = (done: number): void => line.show(done);
      const sources = { db, clientOf: clients.clientOf.bind(clients), onProgress };
      const selection = keys === undefined ? {} : { keys };
      const report = await readingCrm(() => reconcile(sources, { mapping, selection, operator, repair })).finally(() =>
        line.end(),
      );
      say(values ? report : withoutValues(report), { json, lines: linesOf(report) });
      process.exitCode = isClean(report) ? EXIT.done : EXIT.problems;
    });
  }

  @Option({ flags: '--keys <keys>', description: 'Only these keys, with commas between them' })
  parseKeys(value: string): string[] {
    const keys = value.split(',').filter((key) => key !== '');
    if (keys.length === 0) throw new WrongUse('--keys wants keys with commas between them');
    return keys;
  }

  @Option({ flags: '--repair', description: 'Put right what is little; else it waits as a plan' })
  parseRepair(): boolean {
    return true;
  }

  @Option({ flags: '--values', description: 'With --json: values of the examples, too; they may be personal data' })
  parseValues(): boolean {
    return true;
  }

  @Option({ flags: '--reason <text>', description: 'Why; needed, and kept in the audit. No personal data' })
  parseReason(value: string): string {
    return value;
  }

  @Option({ flags: '--by <name>', description: 'Who does it (default: the user of this machine)' })
  parseBy(value: string): string {
    return value;
  }
}

/** Nothing is left to do, and nothing was found that nobody can explain. */
function isClean({ action, byCause }: ReconcileReport): boolean {
  return (action === 'repaired' || action === 'nothing_to_do') && (byCause.unexplained ?? 0) === 0;
}

function withoutValues(report: ReconcileReport): object {
  return { ...report, examples: report.examples.map(({ crm: _crm, product: _product, ...rest }) => rest) };
}

function linesOf(report: ReconcileReport): string[] {
  const { compared, equal, busy, missing, different, deletedByPerson, unknownUser, probableDuplicates } = report;
  const causes = Object.entries(report.byCause).map(([cause, count]) => `${count} ${cause}`);
  const shown = report.examples.slice(0, 20);
  return [
    `${counted(compared, 'record')} compared, ${equal} equal, ${busy} busy; ${counted(report.credits, 'credit')}`,
    `${missing} missing, ${different} different (${Math.round(report.share * 1000) / 10} %)${causes.length === 0 ? '' : `: ${causes.join(', ')}`}`,
    `${deletedByPerson} deleted by a person, ${unknownUser} of nobody we know, ${probableDuplicates} probably there twice`,
    `${report.action}: ${report.repaired} repaired${report.plan === null ? '' : `, plan ${report.plan}`}`,
    ...(shown.length === 0
      ? []
      : [
          '',
          rowsTable(shown, {
            finding: ({ finding }) => finding,
            record: ({ record }) => record,
            cause: ({ cause }) => cause ?? '',
            field: ({ field }) => field ?? '',
          }),
        ]),
  ];
}
