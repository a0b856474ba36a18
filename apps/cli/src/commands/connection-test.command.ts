import { SubCommand } from 'nest-commander';
import { tryConnection } from '#operations';
import { crmTarget } from '../crm.target.ts';
import { EXIT } from '../exit.codes.ts';
import { findingLines } from '../finding.lines.ts';
import { LookCommand, type LookOptions } from '../operator.command.ts';
import { packNames } from '../loaded.mappings.ts';
import { say } from '../source.command.ts';

@SubCommand({
  name: 'test',
  arguments: '<id>',
  description:
    'Tries a connection with calls that change nothing: secrets, token, organisation, the fields that packs need. Exit 1 when something is wrong, 2 when there is no such connection, 3 when the CRM does not answer. Example: causeway connections test zoho-portal --json',
})
export class ConnectionTestCommand extends LookCommand {
  async run([id = '']: string[], options: LookOptions): Promise<void> {
    const trial = await tryConnection(await crmTarget(), { id, packs: await packNames() });
    const { milliseconds, findings, reached } = trial;
    const lines = [
      ...findingLines(findings),
      milliseconds === null ? 'the CRM did not answer' : `the CRM answered after ${milliseconds} ms`,
    ];
    say(trial, { json: options.json, lines });
    const isWrong = findings.some(({ status }) => status === 'wrong');
    process.exitCode = reached === false ? EXIT.cannotReach : isWrong ? EXIT.problems : EXIT.done;
  }
}
