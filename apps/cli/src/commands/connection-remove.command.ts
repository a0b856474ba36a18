import { SubCommand } from 'nest-commander';
import { planRemoval, removeFromCrm, type Removal, type RemovalPlan } from '#operations';
import { crmTarget } from '../crm.target.ts';
import { EXIT } from '../exit.codes.ts';
import { OperatorCommand, operatorOf, type OperatorOptions } from '../operator.command.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

@SubCommand({
  name: 'remove',
  arguments: '<id>',
  description:
    'Ends a connection: nothing goes out any more, its channels are ended, what waits is skipped, its secrets are erased. Records in the CRM, links and history stay. Exit 1 while calls are under way, or when there is none. Example: causeway connections remove zoho-portal --reason "tenant left" --yes',
})
export class ConnectionRemoveCommand extends OperatorCommand {
  async run([id = '']: string[], options: OperatorOptions): Promise<void> {
    const operator = operatorOf(options);
    const plan = await withIntegration((db) => planRemoval(db, id));
    if (plan === null) {
      say({ done: false, found: false }, { json: options.json, lines: [`there is no connection ${id}`] });
      process.exitCode = EXIT.problems;
      return;
    }
    if (!announce(planLines(plan), options)) return;
    const removal = await removeFromCrm(await crmTarget(), plan, operator);
    say({ found: true, id, ...removal }, { json: options.json, lines: removalLines(id, removal) });
    process.exitCode = removal.done ? EXIT.done : EXIT.problems;
  }
}

function planLines({ id, tenantId, open, underWay, channels, links }: RemovalPlan): string[] {
  return [
    `will remove ${id} of ${tenantId}: events of the tenant are ignored from then on`,
    `  ${open} commands that wait are skipped${underWay === 0 ? '' : `, and ${underWay} calls that are under way end first`}`,
    `  ${channels.length} notification channels are ended, and the secrets are erased`,
    `  ${links} records stay in the CRM as they are`,
  ];
}

function removalLines(id: string, { done, underWay, skipped, channelsLeft }: Removal): string[] {
  return [
    done ? `${id} is removed` : `${id} is stopped; ${underWay} calls are under way: run it again when they have ended`,
    `${skipped} commands were skipped`,
    ...(channelsLeft.length === 0
      ? []
      : [`the CRM could not be told to end channels ${channelsLeft.join(', ')}; it does so by itself within a week`]),
  ];
}
