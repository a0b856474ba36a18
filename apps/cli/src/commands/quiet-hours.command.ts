import { Option, SubCommand } from 'nest-commander';
import { quietHoursSchema } from '#connections';
import { setQuietHours } from '#operations';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { OperatorCommand, operatorOf, type OperatorOptions } from '../operator.command.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface QuietWindow {
  readonly days?: string[];
  readonly from: string;
  readonly to: string;
}

interface QuietOptions extends OperatorOptions {
  readonly timeZone?: string;
  readonly window?: QuietWindow[];
  readonly lane?: string[];
  readonly none?: boolean;
}

@SubCommand({
  name: 'quiet-hours',
  arguments: '<id>',
  description:
    'Sets when nothing goes out to a connection by itself: a time zone and windows of its days; --none takes them away. Exit 1 when there is no such connection. Example: causeway connection quiet-hours zoho-portal --time-zone Europe/Paris --window 22:00-06:00 --window sat,sun/00:00-00:00 --reason "asked by sales" --yes',
})
export class ConnectionQuietHoursCommand extends OperatorCommand {
  async run([id = '']: string[], options: QuietOptions): Promise<void> {
    const { timeZone, window: windows = [], lane: lanes, none = false } = options;
    const operator = operatorOf(options);
    const given = { timeZone, windows, ...(lanes === undefined ? {} : { lanes }) };
    const parsed = none ? null : quietHoursSchema.safeParse(given);
    if (parsed?.success === false) {
      const [issue] = parsed.error.issues;
      throw new WrongUse(
        `name --time-zone and --window, or --none: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      );
    }
    const quietHours = parsed?.data ?? null;
    const plan = quietHours === null ? 'no quiet hours' : `quiet hours ${JSON.stringify(quietHours)}`;
    if (!announce([`will give ${id} ${plan}`], options)) return;
    const done = await withIntegration((db) => setQuietHours(db, { id, quietHours }, operator));
    say(
      { done, quietHours },
      { json: options.json, lines: [done ? `${id} has ${plan}` : `there is no connection ${id}`] },
    );
    process.exitCode = done ? EXIT.done : EXIT.problems;
  }

  @Option({
    flags: '--time-zone <name>',
    description: 'IANA name of the zone whose clock counts, such as Europe/Paris',
  })
  parseTimeZone(value: string): string {
    return value;
  }

  @Option({
    flags: '--window <windows...>',
    description: 'HH:MM-HH:MM, or mon,tue/HH:MM-HH:MM for days on which it begins',
  })
  parseWindow(value: string, previous: QuietWindow[] = []): QuietWindow[] {
    const [, days, from, to] = /^(?:([a-z,]+)\/)?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(value) ?? [];
    if (from === undefined || to === undefined) throw new WrongUse(`--window wants HH:MM-HH:MM, not ${value}`);
    return [...previous, { from, to, ...(days === undefined ? {} : { days: days.split(',') }) }];
  }

  @Option({
    flags: '--lane <lanes...>',
    description: 'Lanes that wait (default: all): live, retry, replay, backfill, reconcile',
  })
  parseLane(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--none', description: 'Take the quiet hours away' })
  parseNone(): boolean {
    return true;
  }
}
