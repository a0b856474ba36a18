import { Command, Option } from 'nest-commander';
import { examine, type Finding } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { doctorTarget } from '../doctor.target.ts';
import { EXIT } from '../exit.codes.ts';
import { findingLines } from '../finding.lines.ts';

@Command({
  name: 'doctor',
  description:
    'Checks everything from database grants to channel expiry; exit 1 when something is wrong. Looks at the system that dev runs, or at what CAUSEWAY_SOURCE_URL and CAUSEWAY_INTEGRATION_URL name. Example: causeway doctor --json',
})
export class DoctorCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean; readonly system?: string }): Promise<void> {
    const findings = await examine(await doctorTarget(options.system));
    process.stdout.write(options.json ? `${JSON.stringify({ findings })}\n` : report(findings));
    process.exitCode = findings.some(({ status }) => status === 'wrong') ? EXIT.problems : EXIT.done;
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'Print {findings: [{check, status, detail, action}]}' })
  parseJson(): boolean {
    return true;
  }
}

function report(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ status }) => status === 'wrong').length;
  return [...findingLines(findings), wrong === 0 ? 'everything is in order' : `${wrong} wrong`, ''].join('\n');
}
