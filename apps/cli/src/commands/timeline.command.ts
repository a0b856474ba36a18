import { Command, Option } from 'nest-commander';
import { readTimeline } from '#operations';
import { EXIT } from '../exit.codes.ts';
import { LifelineCommand, lookOf, type LifelineOptions } from '../lifeline.command.ts';
import { lifelineLines } from '../lifeline.table.ts';
import { knownMappings, oneEntity } from '../lifeline.target.ts';
import { countOf } from '../parked.selection.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface Options extends LifelineOptions {
  readonly limit?: number;
}

@Command({
  name: 'timeline',
  arguments: '<first> <second>',
  description:
    'The lifeline of one entity of a product, or of the record of the CRM that belongs to it: events, folds, commands, calls, links, ' +
    'notifications, edits and what operators did, oldest first. Values are hidden unless asked for. Exit 1 when nothing is known of it. ' +
    'Examples: causeway timeline portal u1; causeway timeline Leads 4711000000012345',
  argsDescription: {
    first: 'a product (then an entity of it), or a module of the CRM (then a record id)',
    second: 'the id of the entity, or of the record',
  },
})
export class TimelineCommand extends LifelineCommand {
  async run([first = '', second = '']: string[], options: Options): Promise<void> {
    const { json, limit, tenant } = options;
    const look = lookOf(options);
    const mappings = await knownMappings();
    const lifeline = await withIntegration(async (db) => {
      const entity = await oneEntity(db, [first, second], { mappings, tenant });
      if (entity === undefined) return undefined;
      return readTimeline(db, { ...entity, mappings, ...look, ...(limit === undefined ? {} : { limit }) });
    });
    if (lifeline === undefined) {
      say({ found: false }, { json, lines: [`nothing is known of ${first} ${second}`] });
      process.exitCode = EXIT.problems;
      return;
    }
    say({ found: true, values: options.values ?? false, ...lifeline }, { json, lines: lifelineLines(lifeline) });
  }

  @Option({ flags: '--limit <count>', description: 'The newest steps only (default 200)' })
  parseLimit(value: string): number {
    return countOf('--limit', value);
  }
}
