import { userInfo } from 'node:os';
import { Option } from 'nest-commander';
import type { Operator } from '#operations';
import { CausewayCommand } from './causeway.command.ts';

export interface AuditedOptions {
  readonly reason?: string;
  readonly by?: string;
}

const NOT_SAID = 'not said';

/** Base of verbs that ask a service to do sooner what it does anyway: they stand in the audit, and a reason is welcome. */
export abstract class AuditedCommand extends CausewayCommand {
  @Option({ flags: '--reason <text>', description: 'Why; kept in the audit. No personal data' })
  parseReason(value: string): string {
    return value;
  }

  @Option({ flags: '--by <name>', description: 'Who does it (default: the user of this machine)' })
  parseBy(value: string): string {
    return value;
  }
}

export function askedBy({ reason = NOT_SAID, by }: AuditedOptions): Operator {
  return { reason, by: by ?? userInfo().username };
}
