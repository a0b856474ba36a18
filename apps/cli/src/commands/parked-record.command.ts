import { SubCommand } from 'nest-commander';
import { listDeleted, planRestore, recordsOf, release, restore, type RecordPlan } from '#operations';
import { EXIT } from '../exit.codes.ts';
import { loadedMappings } from '../loaded.mappings.ts';
import { operatorOf } from '../operator.command.ts';
import { SelectionCommand, requireChoice, selectionOf, type SelectionOptions } from '../parked.selection.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

@SubCommand({
  name: 'restore',
  arguments: '[ids...]',
  description:
    'Makes records again that a person deleted in the CRM, with all fields of their projection; with --record and --connection also one that was released. Needs CAUSEWAY_PACKS. Exit 1 when one cannot be restored. Example: causeway parked restore --record Leads/42 --connection zoho-portal --reason "deleted by mistake" --yes',
})
export class ParkedRestoreCommand extends SelectionCommand {
  async run(ids: string[], options: SelectionOptions): Promise<void> {
    const operator = operatorOf(options);
    const selection = requireChoice(selectionOf(ids, options));
    const mappings = await loadedMappings();
    await withIntegration(async (db) => {
      const { connection: connectionId, record: recordKey } = options;
      const named = connectionId === undefined || recordKey === undefined ? [] : [{ connectionId, recordKey }];
      const parked = recordsOf(await listDeleted(db, selection));
      const plans = await planRestore(db, mappings, parked.length > 0 ? parked : named);
      if (plans.length === 0) return nothing(options);
      if (!announce(['will make again:', ...plans.map(lineOf)], options)) return;
      const done: RecordPlan[] = [];
      for (const plan of plans.filter(({ refused }) => refused === null)) {
        if (await restore(db, { ...plan, mappings, operator })) done.push(plan);
      }
      report(done, plans, options);
    });
  }
}

@SubCommand({
  name: 'release',
  arguments: '[ids...]',
  description:
    'Leaves records alone that a person deleted in the CRM: what waits is skipped, and so is all that comes until they are restored. Exit 1 when there is none. Example: causeway parked release 17 --reason "asked to be forgotten" --yes',
})
export class ParkedReleaseCommand extends SelectionCommand {
  async run(ids: string[], options: SelectionOptions): Promise<void> {
    const operator = operatorOf(options);
    const selection = requireChoice(selectionOf(ids, options));
    await withIntegration(async (db) => {
      const deleted = await listDeleted(db, selection);
      const records = recordsOf(deleted);
      if (records.length === 0) return nothing(options);
      const lines = deleted.map(({ recordKey, waiting }) => `  ${recordKey} (${waiting} more wait)`);
      if (!announce(['will leave alone from now on:', ...lines], options)) return;
      const done: (typeof records)[number][] = [];
      for (const record of records) if ((await release(db, { ...record, operator })).length > 0) done.push(record);
      report(done, records, options);
    });
  }
}

function lineOf({ recordKey, fields, refused }: RecordPlan): string {
  return refused === null ? `  ${recordKey} with ${fields.join(', ')}` : `  ${recordKey}: not possible, ${refused}`;
}

function nothing({ json }: SelectionOptions): void {
  say({ done: false, records: [] }, { json, lines: ['no record that was deleted in the CRM is chosen by that'] });
  process.exitCode = EXIT.problems;
}

function report(
  done: readonly { readonly recordKey: string }[],
  asked: readonly object[],
  { json }: SelectionOptions,
): void {
  const records = done.map(({ recordKey }) => recordKey);
  say({ done: done.length > 0, records }, { json, lines: [`done: ${records.join(', ') || 'none'}`] });
  process.exitCode = done.length === asked.length ? EXIT.done : EXIT.problems;
}
