import { Command, Option } from 'nest-commander';
import { readStatus, type StatusReport } from '#operations';
import { untilSignal } from '#observability';
import { statusTarget } from '../doctor.target.ts';
import { EXIT } from '../exit.codes.ts';
import { LookCommand, type LookOptions } from '../operator.command.ts';
import { statusLines } from '../status.lines.ts';
import { watchLoop, watchSeconds } from '../watch.loop.ts';

interface StatusOptions extends LookOptions {
  readonly watch?: number;
  readonly system?: string;
}

@Command({
  name: 'status',
  description:
    'One screen: what waits at each step and for how long, rates, credits with forecast, parked by reason, channels, slots. Exit 1 when something does not go on by itself, 3 when nothing can be reached. Example: causeway status --watch 5',
})
export class StatusCommand extends LookCommand {
  async run(_args: string[], options: StatusOptions): Promise<void> {
    const target = await statusTarget(options.system);
    const look = async (): Promise<{ text: string; found: StatusReport }> => {
      const found = await readStatus(target);
      return { text: options.json ? JSON.stringify(found) : statusLines(found).join('\n'), found };
    };
    if (options.watch === undefined) {
      const { text, found } = await look();
      process.stdout.write(`${text}\n`);
      process.exitCode = exitOf(found);
      return;
    }
    const ended = new AbortController();
    void untilSignal().then(() => ended.abort());
    process.exitCode = exitOf(await watchLoop(look, { seconds: options.watch, signal: ended.signal }));
  }

  @Option({ flags: '--watch [seconds]', description: 'Look again every 2 seconds, or as often as said, until Ctrl-C' })
  parseWatch(value: string | boolean): number {
    return watchSeconds(value);
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }
}

function exitOf({ parts, remarks }: StatusReport): number {
  if (parts.every(({ reached }) => !reached)) return EXIT.cannotReach;
  return remarks.some(({ level }) => level === 'problem') ? EXIT.problems : EXIT.done;
}
