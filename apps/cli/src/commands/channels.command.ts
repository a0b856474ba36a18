import { Command, Option, SubCommand } from 'nest-commander';
import { askKeeper, listChannels, type ChannelReport } from '#operations';
import { AuditedCommand, askedBy, type AuditedOptions } from '../audited.command.ts';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { ageOf } from '../operator.command.ts';
import { print } from '../output.ts';
import { withIntegration } from '../target.ts';

const COLUMNS = {
  id: (row: ChannelReport) => row.id,
  connection: (row: ChannelReport) => row.connection,
  module: (row: ChannelReport) => row.module,
  events: (row: ChannelReport) => row.events.join(','),
  state: (row: ChannelReport) => row.state,
  'expires in': (row: ChannelReport) => (row.expiresAt === null ? '' : timeTo(row.expiresAt)),
  'last notified': (row: ChannelReport) => (row.lastNotifiedAt === null ? 'never' : timeSince(row.lastNotifiedAt)),
  failure: (row: ChannelReport) => row.failure ?? '',
};

/** Instants would leave no room for what failed; `--json` has them. */
function timeTo(instant: string): string {
  const seconds = Math.round((Date.parse(instant) - Date.now()) / 1000);
  return seconds < 0 ? `- ${ageOf(-seconds)}` : ageOf(seconds);
}

function timeSince(instant: string): string {
  return `${ageOf(Math.max(0, Math.round((Date.now() - Date.parse(instant)) / 1000)))} ago`;
}

@SubCommand({
  name: 'list',
  description:
    'Notification channels with their expiry; exit 1 when one has expired or cannot be renewed. Example: causeway channels list --json',
})
export class ChannelsListCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean }): Promise<void> {
    const channels = await withIntegration((db) => listChannels(db));
    print(channels, { json: options.json ?? false, empty: 'there are no channels', columns: COLUMNS });
    const isWrong = channels.some(({ state }) => state === 'expired' || state === 'failing');
    process.exitCode = isWrong ? EXIT.problems : EXIT.done;
  }

  @Option({ flags: '--json', description: 'Print a list of objects' })
  parseJson(): boolean {
    return true;
  }
}

interface AskOptions extends AuditedOptions {
  readonly json?: boolean;
  readonly connection?: string;
  readonly module?: string;
  readonly all?: boolean;
  readonly wait?: number;
}

abstract class AskKeeperCommand extends AuditedCommand {
  abstract readonly what: 'renew' | 'rotate';

  async run([id]: string[], options: AskOptions): Promise<void> {
    const { connection, module, wait = 30 } = options;
    if (id !== undefined && !/^\d{1,18}$/.test(id)) {
      throw new WrongUse(`the id of a channel is a number, not ${JSON.stringify(id)}`);
    }
    if (id === undefined && connection === undefined && module === undefined && options.all !== true) {
      throw new WrongUse('say which channels: an id, --connection, --module, or --all');
    }
    const ask = { id, connection, module, what: this.what, timeoutMs: wait * 1000, operator: askedBy(options) };
    const channels = await withIntegration((db) => askKeeper(db, ask));
    print(channels, {
      json: options.json ?? false,
      empty: 'there is no such channel',
      columns: { ...COLUMNS, done: (row: ChannelReport & { done: boolean }) => (row.done ? 'yes' : 'not yet') },
    });
    const isDone = channels.length > 0 && channels.every(({ done }) => done);
    process.exitCode = isDone ? EXIT.done : EXIT.problems;
  }

  @Option({ flags: '--json', description: 'Print a list of objects' })
  parseJson(): boolean {
    return true;
  }

  @Option({ flags: '--all', description: 'All channels' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--connection <id>', description: 'The channels of this connection' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--module <name>', description: 'The channels of this module' })
  parseModule(value: string): string {
    return value;
  }

  @Option({ flags: '--wait <seconds>', description: 'How long to wait for the CRM; default 30' })
  parseWait(value: string): number {
    if (!/^\d{1,5}$/.test(value)) throw new WrongUse(`--wait wants seconds, not ${value}`);
    return Number(value);
  }
}

@SubCommand({
  name: 'renew',
  arguments: '[id]',
  description: 'Has the keeper renew channels now. Example: causeway channels renew --connection zoho-portal',
})
export class ChannelsRenewCommand extends AskKeeperCommand {
  readonly what = 'renew';
}

@SubCommand({
  name: 'rotate',
  arguments: '[id]',
  description:
    'Gives channels a new address and token; those before are accepted for ten more minutes. Example: causeway channels rotate --all',
})
export class ChannelsRotateCommand extends AskKeeperCommand {
  readonly what = 'rotate';
}

@Command({
  name: 'channels',
  description: "The CRM's notification channels. Example: causeway channels list",
  subCommands: [ChannelsListCommand, ChannelsRenewCommand, ChannelsRotateCommand],
})
export class ChannelsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
