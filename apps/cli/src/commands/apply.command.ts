import { Command } from 'nest-commander';
import { withClients } from '#operations';
import { applyPlan, showPlan, type ApplyReport } from '#planning';
import { counted } from '../counted.ts';
import { crmTarget } from '../crm.target.ts';
import { EXIT } from '../exit.codes.ts';
import { OperatorCommand, operatorOf, type OperatorOptions } from '../operator.command.ts';
import { totalsLines } from '../plan.lines.ts';
import { readingCrm } from '../plan.target.ts';
import { progressLine } from '../progress.line.ts';
import { announce, say } from '../source.command.ts';
import { stopLine } from './plan.command.ts';

@Command({
  name: 'apply',
  arguments: '<plan>',
  description:
    'Applies a plan as it was saved, and nothing else; where the world has changed since, it says where and stops, exit 1. ' +
    'Stopped by Ctrl-C it goes on where it was. Example: causeway apply 3 --reason "names were cut" --yes',
})
export class ApplyCommand extends OperatorCommand {
  async run([id = '']: string[], options: OperatorOptions): Promise<void> {
    const operator = operatorOf(options);
    const { json } = options;
    await withClients(await crmTarget(), async ({ db, clients }) => {
      const plan = await showPlan(db, id);
      if (plan === undefined) {
        say({ done: false, found: false }, { json, lines: [`there is no plan ${id}`] });
        process.exitCode = EXIT.problems;
        return;
      }
      const head = `will apply plan ${id}: ${plan.kind} of ${plan.pack} version ${plan.version}, ${plan.keys - plan.applied} of ${counted(plan.keys, 'key')}`;
      if (!announce([head, ...totalsLines(plan.totals, null)], options)) return;
      const line = progressLine('keys applied');
      const ended = new AbortController();
      const stop = (): void => ended.abort();
      process.once('SIGINT', stop);
      const sources = {
        db,
        clientOf: clients.clientOf.bind(clients),
        signal: ended.signal,
        onProgress: (applied: number) => line.show(applied, plan.keys),
      };
      const report = await readingCrm(() => applyPlan(sources, id, operator)).finally(() => {
        line.end();
        process.off('SIGINT', stop);
      });
      tell(report, json);
    });
  }
}

function tell({ plan, keys, commands, stop }: ApplyReport, json: boolean | undefined): void {
  const applied = plan?.applied ?? 0;
  const all = plan?.keys ?? 0;
  const isDone = plan?.state === 'applied';
  const lines = [
    `${counted(keys, 'key')} applied, ${counted(commands, 'command')} added; ${applied} of ${counted(all, 'key')} in all`,
    ...(stop === null ? [] : [`stopped: ${stopLine(stop)}`, 'what was applied stays; make a new plan for the rest']),
    ...(isDone || stop !== null ? [] : ['broken off; apply it again to go on']),
  ];
  say({ done: isDone, id: plan?.id, state: plan?.state, keys, commands, applied, of: all, stop }, { json, lines });
  process.exitCode = isDone ? EXIT.done : EXIT.problems;
}
