import { Command } from 'nest-commander';
import { explainField } from '#operations';
import { EXIT } from '../exit.codes.ts';
import { LifelineCommand, lookOf, type LifelineOptions } from '../lifeline.command.ts';
import { knownMappings, oneEntity } from '../lifeline.target.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

@Command({
  name: 'explain',
  arguments: '<first> <second> <field>',
  description:
    'Why a field in the CRM has its value, in three lines at most: what gave it, what carried it, and when the CRM had it. The value ' +
    'is hidden unless asked for. Exit 1 when nothing is known of it. Examples: causeway explain portal u1 Phone; ' +
    'causeway explain Leads 4711000000012345 Leads.Phone',
  argsDescription: {
    first: 'a product (then an entity of it), or a module of the CRM (then a record id)',
    second: 'the id of the entity, or of the record',
    field: 'the field by its API name; with its module where several records of the entity have it',
  },
})
export class ExplainCommand extends LifelineCommand {
  async run([first = '', second = '', field = '']: string[], options: LifelineOptions): Promise<void> {
    const { json, tenant } = options;
    const look = lookOf(options);
    const mappings = await knownMappings();
    const answer = await withIntegration(async (db) => {
      const entity = await oneEntity(db, [first, second], { mappings, tenant });
      return entity === undefined
        ? undefined
        : { entity, ...(await explainField(db, { ...entity, field, mappings, ...look })) };
    });
    if (answer?.explanation == null) {
      process.exitCode = EXIT.problems;
      const known = answer?.known ?? [];
      say(
        { found: false, known },
        { json, lines: unknownLines([first, second, field], { isKnown: answer !== undefined, known }) },
      );
      return;
    }
    const { entity, explanation } = answer;
    say(
      { found: true, values: options.values ?? false, ...entity, ...explanation },
      { json, lines: explanation.lines },
    );
  }
}

function unknownLines(
  [first, second, field]: readonly [string, string, string],
  { isKnown, known }: { readonly isKnown: boolean; readonly known: readonly string[] },
): string[] {
  if (!isKnown) return [`nothing is known of ${first} ${second}`];
  const others = known.length === 0 ? [] : [`there is something of: ${known.join(', ')}`];
  return [`no command and nobody gave ${field} of ${first} ${second} a value`, ...others];
}
