import { Command, Option } from 'nest-commander';
import { examine, fixFindings, type DoctorTarget, type Finding, type Fixed } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { doctorTarget } from '../doctor.target.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { findingLines } from '../finding.lines.ts';
import { operatorOf } from '../operator.command.ts';

interface DoctorOptions {
  readonly json?: boolean;
  readonly system?: string;
  readonly fix?: boolean;
  readonly reason?: string;
  readonly by?: string;
}

@Command({
  name: 'doctor',
  description:
    'Checks everything from database grants to channel expiry; exit 1 when something is wrong; --fix does what is safe and writes it into the audit. Looks at the system that dev runs, or at what CAUSEWAY_SOURCE_URL and CAUSEWAY_INTEGRATION_URL name. Example: causeway doctor --json',
})
export class DoctorCommand extends CausewayCommand {
  async run(_args: string[], options: DoctorOptions): Promise<void> {
    const target = await doctorTarget(options.system);
    const before = await examine(target);
    const fixable = before.some(({ fix }) => fix !== undefined);
    const fixed = options.fix === true && fixable ? await this.#fix(target, before, options) : [];
    // What was put right may have been the reason for something else.
    const findings = fixed.length === 0 ? before : await examine(target);
    const result = options.fix === true ? { findings, fixed } : { findings };
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : report(findings, fixed));
    const isWrong = findings.some(({ status }) => status === 'wrong') || fixed.some(({ done }) => !done);
    process.exitCode = isWrong ? EXIT.problems : EXIT.done;
  }

  #fix(target: DoctorTarget, findings: readonly Finding[], options: DoctorOptions): Promise<Fixed[]> {
    const { integration } = target;
    if (integration === null)
      throw new WrongUse('--fix wants CAUSEWAY_INTEGRATION_URL: what is changed is written into its audit');
    const operator = operatorOf({ ...options, reason: options.reason ?? 'found wrong by the doctor' });
    return fixFindings({ ...target, integration }, findings, operator);
  }

  @Option({
    flags: '--fix',
    description: 'Do what is safe: create topics, make partitions of the outbox, renew channels, free commands',
  })
  parseFix(): boolean {
    return true;
  }

  @Option({ flags: '--reason <text>', description: 'Why, for the audit of --fix (default: found wrong by the doctor)' })
  parseReason(value: string): string {
    return value;
  }

  @Option({ flags: '--by <name>', description: 'Who does it (default: the user of this machine)' })
  parseBy(value: string): string {
    return value;
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }

  @Option({
    flags: '--json',
    description: 'Print {findings: [{check, status, detail, action, fix?}]}, with --fix also {fixed: [...]}',
  })
  parseJson(): boolean {
    return true;
  }
}

function report(findings: readonly Finding[], fixed: readonly Fixed[]): string {
  const wrong = findings.filter(({ status }) => status === 'wrong').length;
  const open = findings.filter(({ fix }) => fix !== undefined).length;
  return [
    ...findingLines(findings),
    ...fixed.map(({ fix, done, detail }) => `${done ? 'fixed' : 'not fixed'}: ${nameOf(fix)}: ${detail}`),
    ...(open === 0 || fixed.length > 0 ? [] : [`causeway doctor --fix puts ${open} of these right`]),
    wrong === 0 ? 'everything is in order' : `${wrong} wrong`,
    '',
  ].join('\n');
}

function nameOf({ name, of }: Fixed['fix']): string {
  return of === '' ? name : `${name} ${of}`;
}
