import { Option, SubCommand } from 'nest-commander';
import { optionTypes } from '#config';
import {
  findDeadLetter,
  listDeadLetters,
  listParkedKeys,
  releaseKey,
  resendDeadLetter,
  type DeadLetter,
  type ReleaseResult,
  type WaitingKey,
} from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { print } from '../output.ts';
import {
  ChangeCommand,
  SourceCommand,
  announce,
  say,
  type ChangeOptions,
  type SourceOptions,
} from '../source.command.ts';
import { sourceTarget } from '../source.target.ts';

const DEFAULT_LIMIT = 100;

@SubCommand({
  name: 'list',
  description:
    'Outbox rows that could not be produced as they are, oldest first. Example: causeway outbox dead-letters list --source portal',
})
export class DeadLettersListCommand extends SourceCommand {
  async run(_args: string[], options: SourceOptions & { readonly limit?: number }): Promise<void> {
    const letters = await listDeadLetters(await sourceTarget(options), options.limit ?? DEFAULT_LIMIT);
    print(letters, {
      json: options.json ?? false,
      empty: 'there are no dead letters',
      columns: {
        id: (letter: DeadLetter) => letter.id,
        at: (letter: DeadLetter) => letter.at,
        event: (letter: DeadLetter) => letter.eventId ?? '',
        reason: (letter: DeadLetter) => letter.reason,
      },
    });
  }

  @Option({ flags: '--limit <count>', description: 'Only the newest ones (default 100)' })
  parseLimit(value: string): number {
    try {
      return optionTypes.integer(1, 100_000).parse(value);
    } catch (error) {
      throw new WrongUse(`--limit wants a whole number from 1 to 100000, not ${value}`, { cause: error });
    }
  }
}

@SubCommand({
  name: 'show',
  arguments: '<id>',
  description:
    'One dead letter with its headers; its payload only with --payload, as it may hold personal data. Exit 1 when there is none. Example: causeway outbox dead-letters show 2:17 --source portal',
})
export class DeadLettersShowCommand extends SourceCommand {
  async run([id = '']: string[], options: SourceOptions & { readonly payload?: boolean }): Promise<void> {
    requireId(id);
    const target = await sourceTarget(options);
    const found = await findDeadLetter(target, id);
    if (found === undefined) {
      say({ found: false }, { json: options.json, lines: [`${target.name} has no dead letter ${id}`] });
      process.exitCode = EXIT.problems;
      return;
    }
    const { letter, record } = found;
    const headers = Object.fromEntries(record.headers.map(([name, value]) => [name, value?.toString() ?? '']));
    const shown = { ...letter, headers, ...(options.payload ? { payload: record.value?.toString() ?? null } : {}) };
    const lines = [
      `${letter.id}  ${letter.at}  ${letter.bytes === null ? 'payload omitted' : `${letter.bytes} bytes`}`,
      `key: ${letter.key ?? ''}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(options.payload ? ['', record.value?.toString() ?? ''] : []),
    ];
    say(shown, { json: options.json, lines });
  }

  @Option({ flags: '--payload', description: 'Print the payload, too' })
  parsePayload(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'resend',
  arguments: '<id>',
  description:
    'Produces the event of a dead letter where it should have gone, if the reason is gone; else says why not, exit 1. It comes after newer events of its key. Example: causeway outbox dead-letters resend 2:17 --source portal --yes',
})
export class DeadLettersResendCommand extends ChangeCommand {
  async run([id = '']: string[], options: ChangeOptions): Promise<void> {
    requireId(id);
    const target = await sourceTarget(options);
    const possible = await resendDeadLetter(target, { id, dryRun: true });
    if ('refused' in possible) return refuse(possible.refused, options.json);
    const plan = [`will produce the event of dead letter ${id} to ${possible.sent}, after newer events of its key`];
    if (!announce(plan, options)) return;
    const result = await resendDeadLetter(target, { id, dryRun: false });
    const done = 'sent' in result;
    const line = done ? `dead letter ${id} is in ${result.sent}` : result.refused;
    say({ done, ...result }, { json: options.json, lines: [line] });
    process.exitCode = done ? EXIT.done : EXIT.problems;
  }
}

@SubCommand({
  name: 'parked',
  description:
    'Keys that are parked behind a row that cannot be produced, oldest first, with how many rows wait. Example: causeway outbox dead-letters parked --source portal',
})
export class DeadLettersParkedCommand extends SourceCommand {
  async run(_args: string[], options: SourceOptions): Promise<void> {
    print(await listParkedKeys(await sourceTarget(options)), {
      json: options.json ?? false,
      empty: 'no key is parked',
      columns: {
        topic: (key: WaitingKey) => key.topic,
        key: (key: WaitingKey) => key.key,
        since: (key: WaitingKey) => key.since,
        rows: (key: WaitingKey) => String(key.waiting),
        reason: (key: WaitingKey) => key.reason,
      },
    });
  }
}

interface ReleaseCommandOptions extends ChangeOptions {
  readonly key?: string;
  readonly topic?: string;
  readonly withoutPoison?: boolean;
}

@SubCommand({
  name: 'release',
  description:
    'Sends the rows of a parked key to their topic, in order, and lets the key flow again; exit 1 when one of them still cannot be produced. A publisher that streams starts again. Example: causeway outbox dead-letters release --key 42 --source portal --yes',
})
export class DeadLettersReleaseCommand extends ChangeCommand {
  async run(_args: string[], options: ReleaseCommandOptions): Promise<void> {
    const { key, topic, withoutPoison = false, json } = options;
    if (key === undefined)
      throw new WrongUse('release needs --key; causeway outbox dead-letters parked lists the keys');
    const target = await sourceTarget(options);
    const asked = { key, withoutPoison, ...(topic === undefined ? {} : { topic }) };
    const possible = await releaseKey(target, { ...asked, dryRun: true });
    if ('refused' in possible) return refuse(possible.refused, json);
    const plan = [
      `will produce ${possible.sent} rows of key ${key} to ${possible.topic} and release it`,
      ...leftOutLines(possible),
    ];
    if (!announce(plan, options)) return;
    const result = await releaseKey(target, { ...asked, dryRun: false });
    if ('refused' in result) return refuse(result.refused, json);
    const lines = [
      `${result.sent} rows of key ${key} are in ${result.topic}; the key is released`,
      ...leftOutLines(result),
    ];
    say({ done: true, ...result }, { json, lines });
  }

  @Option({ flags: '--key <key>', description: 'The key as `parked` prints it' })
  parseKey(value: string): string {
    return value;
  }

  @Option({ flags: '--topic <topic>', description: 'Its topic, where the key is parked in several' })
  parseTopic(value: string): string {
    return value;
  }

  @Option({ flags: '--without-poison', description: 'Leave rows that still cannot be produced in the dead letters' })
  parseWithoutPoison(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'dead-letters',
  description: 'Outbox rows that could not be produced as they are. Example: causeway outbox dead-letters list',
  subCommands: [
    DeadLettersListCommand,
    DeadLettersShowCommand,
    DeadLettersResendCommand,
    DeadLettersParkedCommand,
    DeadLettersReleaseCommand,
  ],
})
export class DeadLettersCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function refuse(refused: string, json: boolean | undefined): void {
  say({ done: false, refused }, { json, lines: [refused] });
  process.exitCode = EXIT.problems;
}

function leftOutLines({ leftOut }: Exclude<ReleaseResult, { readonly refused: string }>): string[] {
  return leftOut.map(({ id, reason }) => `  left out: dead letter ${id}: ${reason}`);
}

function requireId(id: string): void {
  if (!/^\d+:\d+$/.test(id)) throw new WrongUse(`a dead letter is named by partition:offset such as 2:17, not ${id}`);
}
