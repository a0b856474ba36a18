import { Option, SubCommand } from 'nest-commander';
import type { Json, JsonObject } from '#contracts';
import { applyEdit, planEdit, type FieldDifference } from '#operations';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { OperatorCommand, operatorOf, type OperatorOptions } from '../operator.command.ts';
import { requireId } from '../parked.selection.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface EditOptions extends OperatorOptions {
  readonly set?: [string, Json][];
  readonly unset?: string[];
}

@SubCommand({
  name: 'edit',
  arguments: '<id>',
  description:
    'Changes fields of a parked command and makes it ready; what the mapping asked for is kept, and the difference is shown. Exit 1 when it is not parked. Example: causeway parked edit 17 --set Company=Acme --unset Website --reason "typo in the product" --yes',
})
export class ParkedEditCommand extends OperatorCommand {
  async run([id = '']: string[], options: EditOptions): Promise<void> {
    requireId(id);
    const operator = operatorOf(options);
    const set: JsonObject = Object.fromEntries(options.set ?? []);
    const unset = options.unset ?? [];
    if (Object.keys(set).length + unset.length === 0) throw new WrongUse('name fields with --set or --unset');
    await withIntegration(async (db) => {
      const plan = await planEdit(db, id, { set, unset });
      if ('refused' in plan) return refuse(plan.refused, options);
      if (plan.differences.length === 0) return refuse('that changes nothing', options);
      const lines = plan.differences.map(lineOf);
      if (!announce([`will change command ${id} of ${plan.recordKey} and make it ready:`, ...lines], options)) return;
      const done = await applyEdit(db, plan, operator);
      if (!done) return refuse(`no parked command has the id ${id}`, options);
      say({ done, id, differences: plan.differences }, { json: options.json, lines: [`command ${id} is ready again`] });
    });
  }

  @Option({ flags: '--set <field=value...>', description: 'A field and its value: JSON, or else a text. null clears it' })
  parseSet(value: string, previous: [string, Json][] = []): [string, Json][] {
    const [, field, text] = /^([$A-Za-z_][\w$.]*)=(.*)$/s.exec(value) ?? [];
    if (field === undefined || text === undefined) throw new WrongUse(`--set wants Field=value, not ${value}`);
    return [...previous, [field, valueOf(text)]];
  }

  @Option({ flags: '--unset <fields...>', description: 'Fields that are not to be sent' })
  parseUnset(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function lineOf({ field, before, after }: FieldDifference): string {
  return `  ${field}: ${shown(before)} -> ${shown(after)}`;
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(not sent)' : JSON.stringify(value);
}

function refuse(refused: string, { json }: OperatorOptions): void {
  say({ done: false, refused }, { json, lines: [refused] });
  process.exitCode = EXIT.problems;
}
