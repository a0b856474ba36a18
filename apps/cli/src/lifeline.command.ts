import { Option } from 'nest-commander';
import type { Operator } from '#operations';
import { WrongUse } from './exit.codes.ts';
import { LookCommand, operatorOf, type LookOptions } from './operator.command.ts';

export interface LifelineOptions extends LookOptions {
  readonly tenant?: string;
  readonly values?: boolean;
  readonly reason?: string;
  readonly by?: string;
}

/** Base of the verbs about one entity, which may show personal data when they are asked to. */
export abstract class LifelineCommand extends LookCommand {
  @Option({ flags: '--tenant <id>', description: 'Of this tenant, where several have something of this name' })
  parseTenant(value: string): string {
    return value;
  }

  @Option({
    flags: '--values',
    description: 'Show values, too. They may be personal data: needs --reason, and is audited',
  })
  parseValues(): boolean {
    return true;
  }

  @Option({ flags: '--reason <text>', description: 'Why values are shown; kept in the audit. No personal data' })
  parseReason(value: string): string {
    return value;
  }

  @Option({ flags: '--by <name>', description: 'Who looks at values (default: the user of this machine)' })
  parseBy(value: string): string {
    return value;
  }
}

/** Who asks for values; nothing where nobody does. @throws WrongUse without a reason, or with one for nothing */
export function lookOf({ values, reason, by }: LifelineOptions): { readonly values?: Operator } {
  const who = { ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) };
  if (values === true) return { values: operatorOf(who) };
  if (reason !== undefined || by !== undefined) throw new WrongUse('--reason and --by go with --values');
  return {};
}
