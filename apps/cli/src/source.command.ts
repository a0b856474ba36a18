import { Option } from 'nest-commander';
import { CausewayCommand } from './causeway.command.ts';
import { EXIT } from './exit.codes.ts';
import type { SourceChoice } from './source.target.ts';

export interface SourceOptions extends SourceChoice {
  readonly json?: boolean;
}

export interface ChangeOptions extends SourceOptions {
  readonly yes?: boolean;
}

/** Base of verbs about one source. */
export abstract class SourceCommand extends CausewayCommand {
  @Option({ flags: '--source <name>', description: 'Source of the running system, such as portal or crm' })
  parseSource(value: string): string {
    return value;
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'Print one JSON object' })
  parseJson(): boolean {
    return true;
  }
}

/** Base of verbs that change something: they say what they will do, and do it with `--yes`. */
export abstract class ChangeCommand extends SourceCommand {
  @Option({ flags: '--yes', description: 'Do it; without this it is only said what would be done (exit 2)' })
  parseYes(): boolean {
    return true;
  }
}

/** Says what will be done. False when it shall not be done, since nobody said yes. */
export function announce(plan: readonly string[], { yes = false, json = false }: ChangeOptions): boolean {
  if (json && !yes) process.stdout.write(`${JSON.stringify({ done: false, plan })}\n`);
  if (!json) process.stdout.write(`${plan.join('\n')}\n`);
  if (yes) return true;
  process.stderr.write('nothing was done; add --yes to do it\n');
  process.exitCode = EXIT.wrongUse;
  return false;
}

/** One JSON object, or lines for people. */
export function say(result: object, { json, lines }: { json: boolean | undefined; lines: readonly string[] }): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
}

/** Bytes for people. */
export function sizeOf(bytes: number | null): string {
  if (bytes === null) return 'unknown';
  if (bytes < 1024) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}
