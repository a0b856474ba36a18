import { Command } from 'nest-commander';
import { countParked, type ParkedCount } from '#ledger';
import { redriveParked } from '#operations';
import { counted } from '../counted.ts';
import { EXIT } from '../exit.codes.ts';
import { operatorOf, rowsTable } from '../operator.command.ts';
import { SelectionCommand, requireChoice, selectionOf, type SelectionOptions } from '../parked.selection.ts';
import { progressLine } from '../progress.line.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

@Command({
  name: 'redrive',
  description:
    'Makes parked commands ready again, however many, oldest first; stopped or killed at any moment, the same again goes on. ' +
    'Exit 1 when none was parked, or some are left. Example: causeway redrive --code CRM_MANDATORY_MISSING --mapping-version 1 --reason "field made optional" --yes',
})
export class RedriveCommand extends SelectionCommand {
  async run(_args: string[], options: SelectionOptions): Promise<void> {
    const selection = requireChoice(selectionOf([], options));
    const operator = operatorOf(options);
    const { json } = options;
    await withIntegration(async (db) => {
      const counts = await countParked(db, selection);
      const all = counts.reduce((sum, { commands }) => sum + commands, 0);
      if (all === 0) {
        say({ done: false, redriven: 0, left: 0 }, { json, lines: ['no parked command is chosen by that'] });
        process.exitCode = EXIT.problems;
        return;
      }
      const wanted = Math.min(all, selection.limit ?? all);
      if (
        !announce(
          [`will redrive ${wanted} of ${counted(all, 'parked command')}, oldest first:`, countsTable(counts)],
          options,
        )
      )
        return;
      const ended = new AbortController();
      const stop = (): void => ended.abort();
      process.once('SIGINT', stop);
      const line = progressLine('redriven');
      const onProgress = (done: number): void => line.show(done, wanted);
      const redriven = await redriveParked(db, { selection, operator, signal: ended.signal, onProgress }).finally(
        () => {
          line.end();
          process.off('SIGINT', stop);
        },
      );
      const left = wanted - redriven;
      const more = left === 0 ? [] : [`${counted(left, 'command')} left: the same again goes on`];
      say(
        { done: left === 0, redriven, left },
        { json, lines: [`${counted(redriven, 'command')} ready again`, ...more] },
      );
      process.exitCode = left === 0 ? EXIT.done : EXIT.problems;
    });
  }
}

function countsTable(counts: readonly ParkedCount[]): string {
  return rowsTable(counts, {
    commands: ({ commands }) => String(commands),
    code: ({ code }) => code,
    pack: ({ pack, mappingVersion }) => `${pack} version ${mappingVersion}`,
    connection: ({ connectionId }) => connectionId,
  });
}
