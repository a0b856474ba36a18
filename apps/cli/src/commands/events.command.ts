import { Command, Option, SubCommand } from 'nest-commander';
import { optionTypes } from '#config';
import { untilSignal } from '#observability';
import { followEvents, readEvents, type TailedEvent } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { statusTarget } from '../doctor.target.ts';
import { WrongUse } from '../exit.codes.ts';
import { LookCommand, type LookOptions } from '../operator.command.ts';
import { countOf } from '../parked.selection.ts';

interface TailOptions extends LookOptions {
  readonly topic?: string[];
  readonly type?: string[];
  readonly key?: string;
  readonly since?: number;
  readonly limit?: number;
  readonly follow?: boolean;
  readonly personal?: boolean;
  readonly system?: string;
}

const NEWEST = 20;
/** Widest line. */
const WIDTH = 100;

@SubCommand({
  name: 'tail',
  description:
    'The newest events, or with --since the first ones since then: decoded and filtered; secrets are never shown, personal values only with --personal. Joins no consumer group. Example: causeway events tail --topic portal.user --type "user.*" --since 10m --follow',
})
export class EventsTailCommand extends LookCommand {
  async run(_args: string[], options: TailOptions): Promise<void> {
    const { topic: topics = [], type: types = [], key, since, limit, personal = false } = options;
    const target = await statusTarget(options.system);
    const query = { topics, types, key, since, personal };
    const show = (event: TailedEvent): void => {
      process.stdout.write(`${options.json ? JSON.stringify(event) : lineOf(event)}\n`);
    };
    if (options.follow === true) {
      const ended = new AbortController();
      void untilSignal().then(() => ended.abort());
      return followEvents(target, { ...query, limit, newest: NEWEST }, { signal: ended.signal, onEvent: show });
    }
    const events = await readEvents(target, { ...query, limit: limit ?? NEWEST });
    for (const event of events) show(event);
    if (events.length === 0 && options.json !== true) process.stdout.write('there is no such event\n');
  }

  @Option({ flags: '--topic <topics...>', description: 'Topics, such as portal.user (default: of products and crm)' })
  parseTopic(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--type <types...>', description: 'Types of events, such as user.created or "user.*"' })
  parseType(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--key <key>', description: 'Events of this key alone; only its partitions are read' })
  parseKey(value: string): string {
    return value;
  }

  @Option({ flags: '--since <when>', description: 'An instant such as 2026-01-02T03:04:05Z, or how long ago: 10m' })
  parseSince(value: string): number {
    return sinceOf(value);
  }

  @Option({ flags: '--limit <count>', description: 'So many at most (default 20); with --follow it ends after them' })
  parseLimit(value: string): number {
    return countOf('--limit', value);
  }

  @Option({ flags: '--follow', description: 'Go on with what comes, until Ctrl-C' })
  parseFollow(): boolean {
    return true;
  }

  @Option({ flags: '--personal', description: 'Show personal values too' })
  parsePersonal(): boolean {
    return true;
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }
}

@Command({
  name: 'events',
  description: 'What lies in the topics of events. Example: causeway events tail',
  subCommands: [EventsTailCommand],
})
export class EventsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

/** @throws WrongUse */
function sinceOf(value: string): number {
  try {
    return Date.now() - optionTypes.duration.parse(value);
  } catch {
    const at = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(at))
      throw new WrongUse(`--since wants an instant such as 2026-01-02T03:04:05Z, or 10m, not ${value}`);
    return at;
  }
}

/** Two lines for people: what it is, and what is in it. */
function lineOf({ at, topic, partition, offset, type, key, data, problem }: TailedEvent): string {
  const head = `${at}  ${topic} ${partition}/${offset}  ${type ?? problem ?? ''}  ${key ?? ''}`;
  return [head, `  ${problem === null ? JSON.stringify(data) : 'cannot be read as an event'}`].map(cut).join('\n');
}

function cut(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
}
