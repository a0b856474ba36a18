import { Command, Option, SubCommand } from 'nest-commander';
import { applyFields, planFields, type FieldsReport, type FieldsResult } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { crmTarget } from '../crm.target.ts';
import { CannotReach, EXIT, WrongUse } from '../exit.codes.ts';
import { say } from '../source.command.ts';
import { table } from '../table.ts';

interface FieldsOptions {
  readonly pack?: string;
  readonly connection?: string;
  readonly json?: boolean;
}

/** What both verbs have. */
abstract class FieldsVerb extends CausewayCommand {
  @Option({ flags: '--pack <name>', description: 'Pack whose fields are meant, by name or by path of a folder' })
  parsePack(value: string): string {
    return value;
  }

  @Option({
    flags: '--connection <id>',
    description: "Connection (default: that of the pack's product, or the only one)",
  })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'Print {pack, connection, done, differences}' })
  parseJson(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'plan',
  description:
    'What the CRM lacks for a pack, and what apply would do about it. Changes nothing; exit 1 when something differs. ' +
    'Example: causeway fields plan --pack signup-lead',
})
export class FieldsPlanCommand extends FieldsVerb {
  async run(_args: string[], { pack, connection, json }: FieldsOptions): Promise<void> {
    tell(await planFields(await crmTarget(), { pack: required(pack), connection }), json);
  }
}

@SubCommand({
  name: 'apply',
  description:
    'Creates the custom fields, picklist values and pipelines that a pack declares and the CRM lacks; never removes or ' +
    'changes any. Exit 1 when something is left for a person. Example: causeway fields apply --pack signup-lead',
})
export class FieldsApplyCommand extends FieldsVerb {
  async run(_args: string[], { pack, connection, json }: FieldsOptions): Promise<void> {
    tell(await applyFields(await crmTarget(), { pack: required(pack), connection }), json);
  }
}

@Command({
  name: 'fields',
  description:
    'Custom fields and pipelines that a pack needs in the CRM. Example: causeway fields plan --pack signup-lead',
  subCommands: [FieldsPlanCommand, FieldsApplyCommand],
})
export class FieldsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function required(pack: string | undefined): string {
  if (pack === undefined) throw new WrongUse('name the pack with --pack');
  return pack;
}

function tell(result: FieldsResult, json: boolean | undefined): void {
  if (result.kind === 'ok') {
    say(result.report, { json, lines: linesOf(result.report) });
    if (result.report.differences.length > 0) process.exitCode = EXIT.problems;
    return;
  }
  const { kind, code, reason } = result;
  if (kind === 'unavailable' || kind === 'throttled')
    throw new CannotReach(`the CRM does not answer: ${code} ${reason}`);
  say({ problem: { code, reason } }, { json, lines: [`the CRM refused: ${code} ${reason}`] });
  process.exitCode = EXIT.problems;
}

function linesOf({ pack, connection, done, differences }: FieldsReport): string[] {
  const added = done.map(({ module, apiName, action, wanted }) => `${module}.${apiName}: ${action} ${wanted}`);
  if (differences.length === 0) return [...added, `the CRM of ${connection} has what ${pack} needs`];
  const rows = differences.map(({ module, apiName, difference, wanted, actual, action }) => [
    `${module}.${apiName}`,
    difference,
    action,
    wanted,
    actual ?? '',
  ]);
  return [...added, table(['field', 'differs', 'to do', 'wanted', 'there'], rows)];
}
