import { Command, Option, SubCommand } from 'nest-commander';
import { replayNotifications } from '#operations';
import { AuditedCommand, askedBy, type AuditedOptions } from '../audited.command.ts';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { withIntegration } from '../target.ts';

interface ReplayOptions extends AuditedOptions {
  readonly json?: boolean;
  readonly from?: Date;
  readonly to?: Date;
  readonly unreadable?: boolean;
}

@SubCommand({
  name: 'replay',
  description:
    'Reads kept notifications again, after a parser was corrected. Example: causeway notifications replay --from 2026-03-01T10:00:00Z --to 2026-03-01T12:00:00Z',
})
export class NotificationsReplayCommand extends AuditedCommand {
  async run(_args: string[], options: ReplayOptions): Promise<void> {
    const { from, to = new Date(), unreadable = false } = options;
    if (from === undefined) throw new WrongUse('say from when: --from <instant>');
    if (to <= from) throw new WrongUse('--to has to be later than --from');
    const replayed = await withIntegration((db) => replayNotifications(db, { from, to, unreadable }, askedBy(options)));
    const text = options.json === true ? JSON.stringify({ replayed }) : `${replayed} notifications are read again`;
    process.stdout.write(`${text}\n`);
    process.exitCode = EXIT.done;
  }

  @Option({ flags: '--from <instant>', description: 'Those that arrived at this time or later' })
  parseFrom(value: string): Date {
    return instantOf('--from', value);
  }

  @Option({ flags: '--to <instant>', description: 'Those that arrived before this time; default: now' })
  parseTo(value: string): Date {
    return instantOf('--to', value);
  }

  @Option({ flags: '--unreadable', description: 'Only those that could not be read' })
  parseUnreadable(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'Print one object' })
  parseJson(): boolean {
    return true;
  }
}

function instantOf(option: string, text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new WrongUse(`${option} wants an instant such as 2026-03-01T10:00:00Z, not ${text}`);
  return at;
}

@Command({
  name: 'notifications',
  description: 'Notifications that the CRM sent. Example: causeway notifications replay --from 2026-03-01T10:00:00Z',
  subCommands: [NotificationsReplayCommand],
})
export class NotificationsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
