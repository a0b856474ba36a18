import { Command, Option } from 'nest-commander';
import { optionTypes } from '#config';
import { settle, type Leftover } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { runningSystem } from '../target.ts';

interface SettleOptions {
  readonly timeout?: number;
  readonly json?: boolean;
  readonly system?: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;

@Command({
  name: 'settle',
  description:
    'Waits until nothing is under way; exit 1 and what is left after the timeout. Example: causeway settle --timeout 60s',
})
export class SettleCommand extends CausewayCommand {
  async run(_args: string[], options: SettleOptions): Promise<void> {
    const started = performance.now();
    const left = await settle(await runningSystem(options.system), {
      timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS,
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (options.json) process.stdout.write(`${JSON.stringify({ settled: left.length === 0, left })}\n`);
    else process.stdout.write(left.length === 0 ? `settled after ${seconds} s\n` : textOf(left));
    process.exitCode = left.length === 0 ? EXIT.done : EXIT.problems;
  }

  @Option({ flags: '--timeout <duration>', description: 'How long to wait, such as 60s (default) or 5m' })
  parseTimeout(value: string): number {
    try {
      return optionTypes.duration.parse(value);
    } catch (error) {
      throw new WrongUse(`--timeout wants ${error instanceof Error ? error.message : 'a duration'}, not ${value}`, {
        cause: error,
      });
    }
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'Print {settled, left: [{what, count}]}' })
  parseJson(): boolean {
    return true;
  }
}

function textOf(left: readonly Leftover[]): string {
  return ['not settled; left:', ...left.map(({ what, count }) => `  ${count} ${what}`), ''].join('\n');
}
