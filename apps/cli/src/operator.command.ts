import { userInfo } from 'node:os';
import { Option } from 'nest-commander';
import type { Operator } from '#operations';
import { CausewayCommand } from './causeway.command.ts';
import { WrongUse } from './exit.codes.ts';
import { table } from './table.ts';

export interface LookOptions {
  readonly json?: boolean;
}

export interface OperatorOptions extends LookOptions {
  readonly reason?: string;
  readonly by?: string;
  readonly yes?: boolean;
}

/** Base of verbs that only look. */
export abstract class LookCommand extends CausewayCommand {
  @Option({ flags: '--json', description: 'Print JSON' })
  parseJson(): boolean {
    return true;
  }
}

/** Base of verbs by which an operator changes something at once: who did so and why stands in the audit. */
export abstract class ReasonedCommand extends LookCommand {
  @Option({ flags: '--reason <text>', description: 'Why; needed, and kept in the audit. No personal data' })
  parseReason(value: string): string {
    return value;
  }

  @Option({ flags: '--by <name>', description: 'Who does it (default: the user of this machine)' })
  parseBy(value: string): string {
    return value;
  }
}

/** Base of those that act at once. They take `--yes` as well, so that a script may say it of every change. */
export abstract class AtOnceCommand extends ReasonedCommand {
  @Option({ flags: '--yes', description: 'Changes nothing here: it is done at once, with or without' })
  parseYes(): boolean {
    return true;
  }
}

/** Base of those that say first what they would do. */
export abstract class OperatorCommand extends ReasonedCommand {
  @Option({ flags: '--yes', description: 'Do it; without this it is only said what would be done (exit 2)' })
  parseYes(): boolean {
    return true;
  }
}

/** @throws WrongUse without a reason. */
export function operatorOf({ reason, by }: OperatorOptions): Operator {
  if (reason === undefined || reason.trim() === '') throw new WrongUse('say why, with --reason');
  return { reason, by: by ?? userInfo().username };
}

/** `table` for rows of objects. */
export function rowsTable<Row>(rows: readonly Row[], columns: Readonly<Record<string, (row: Row) => string>>): string {
  return table(
    Object.keys(columns),
    rows.map((row) => Object.values(columns).map((cell) => cell(row))),
  );
}

/** Seconds for people. */
export function ageOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
