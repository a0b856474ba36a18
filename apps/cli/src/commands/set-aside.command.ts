import { Command, Option, SubCommand } from 'nest-commander';
import { redriveSetAside, type RedriveReport, type SetAsideSelection } from '#folding';
import { countSetAside, findSetAside, listSetAside, type SetAsideEvent } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { engineTarget } from '../engine.target.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { print } from '../output.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface SelectionOptions {
  readonly json?: boolean;
  readonly code?: string;
  readonly topic?: string;
  readonly tenant?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** What `list` and `redrive` select by. */
abstract class SetAsideVerb extends CausewayCommand {
  @Option({ flags: '--code <code>', description: 'Only those set aside for this reason, such as unknown_event' })
  parseCode(value: string): string {
    return value;
  }

  @Option({ flags: '--topic <topic>', description: 'Only those of this topic' })
  parseTopic(value: string): string {
    return value;
  }

  @Option({ flags: '--tenant <id>', description: 'Only those of this tenant' })
  parseTenant(value: string): string {
    return value;
  }

  @Option({ flags: '--since <instant>', description: 'Only those set aside at or after it' })
  parseSince(value: string): Date {
    return instantOf('--since', value);
  }

  @Option({ flags: '--until <instant>', description: 'Only those set aside before it' })
  parseUntil(value: string): Date {
    return instantOf('--until', value);
  }

  @Option({ flags: '--json', description: 'Print JSON' })
  parseJson(): boolean {
    return true;
  }
}

@SubCommand({
  name: 'list',
  description: 'Events set aside, oldest first. Example: causeway set-aside list --code unknown_event --json',
})
export class SetAsideListCommand extends SetAsideVerb {
  async run(_args: string[], options: SelectionOptions): Promise<void> {
    print(await withIntegration((db) => listSetAside(db, selectionOf(options))), {
      json: options.json ?? false,
      empty: 'nothing is set aside',
      columns: {
        id: (row: SetAsideEvent) => row.id,
        code: (row: SetAsideEvent) => row.code,
        field: (row: SetAsideEvent) => row.field ?? '',
        type: (row: SetAsideEvent) => row.eventType ?? '',
        subject: (row: SetAsideEvent) => row.subject ?? '',
        place: (row: SetAsideEvent) => `${row.topic}/${row.partition}@${row.offset}`,
      },
    });
  }
}

@SubCommand({
  name: 'show',
  arguments: '<id>',
  description:
    'One event set aside, with its headers; its payload only with --payload, as it may hold personal data. Exit 1 when there is none. Example: causeway set-aside show 7',
})
export class SetAsideShowCommand extends CausewayCommand {
  async run([id = '']: string[], options: { readonly json?: boolean; readonly payload?: boolean }): Promise<void> {
    const [wanted = ''] = idsOf([id]);
    const found = await withIntegration((db) => findSetAside(db, wanted));
    const { json, payload: withPayload = false } = options;
    if (found === undefined) {
      say({ found: false }, { json, lines: [`nothing with the id ${wanted} was set aside`] });
      process.exitCode = EXIT.problems;
      return;
    }
    const { payload, ...rest } = found;
    const state = found.redrivenAt === null ? 'waits' : `redriven at ${found.redrivenAt.toISOString()}`;
    const lines = [
      `${found.id}  ${found.topic}/${found.partition}@${found.offset}  ${state}`,
      `${found.code}${found.field === null ? '' : ` at ${found.field}`}, set aside at ${found.setAsideAt.toISOString()}, tried again ${found.redrives} times`,
      `key: ${found.key ?? ''}`,
      ...Object.entries(found.headers).map(([name, value]) => `${name}: ${value}`),
      ...(withPayload ? ['', payload ?? ''] : []),
    ];
    say(withPayload ? found : rest, { json, lines });
  }

  @Option({ flags: '--payload', description: 'Print the payload, too' })
  parsePayload(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'Print one JSON object' })
  parseJson(): boolean {
    return true;
  }
}

interface RedriveCommandOptions extends SelectionOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
}

@SubCommand({
  name: 'redrive',
  arguments: '[ids...]',
  description:
    'Gives events set aside to their mapping again, in the order in which they stand in Kafka; what still cannot be used stays, with its new reason, exit 1. They come after newer events of their key. Says what it would do; does it with --yes. Example: causeway set-aside redrive --code unknown_event --yes',
})
export class SetAsideRedriveCommand extends SetAsideVerb {
  async run(ids: string[], options: RedriveCommandOptions): Promise<void> {
    const selection = { ...selectionOf(options), ...(ids.length === 0 ? {} : { ids: idsOf(ids) }) };
    if (Object.keys(selection).length === 0 && options.all !== true) {
      throw new WrongUse('redrive wants ids, --code, --topic, --tenant, --since or --until, or --all for everything');
    }
    const engine = await engineTarget();
    await withIntegration(async (db) => {
      const counts = await countSetAside(db, selection);
      if (counts.length === 0) {
        const nothing = { done: true, folded: 0, repeated: 0, failed: 0, unread: 0 };
        return say(nothing, { json: options.json, lines: ['nothing set aside is selected'] });
      }
      const packs = engine.mappings.map(({ name, version }) => `${name} version ${version}`).join(', ');
      const plan = [
        ...counts.map(({ topic, code, records }) => `will fold ${records} of ${topic} again, set aside for ${code}`),
        `by ${packs}; each comes after newer events of its key`,
      ];
      if (!announce(plan, options)) return;
      tell(await redriveSetAside(db, { ...engine, selection }), options.json);
    });
  }

  @Option({ flags: '--all', description: 'Everything that is set aside' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--yes', description: 'Do it; without this it is only said what would be done (exit 2)' })
  parseYes(): boolean {
    return true;
  }
}

@Command({
  name: 'set-aside',
  description: 'Events that could not be used. Example: causeway set-aside list',
  subCommands: [SetAsideListCommand, SetAsideShowCommand, SetAsideRedriveCommand],
})
export class SetAsideCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function tell(report: RedriveReport, json: boolean | undefined): void {
  const { folded, repeated, failed, unread } = report;
  const lines = [
    `${folded} folded`,
    ...(repeated === 0 ? [] : [`${repeated} folded before, from another place`]),
    ...(failed === 0 ? [] : [`${failed} still cannot be used: causeway set-aside list names the reasons`]),
    ...(unread === 0 ? [] : [`${unread} of topics that no loaded pack reads (CAUSEWAY_PACKS)`]),
  ];
  say({ done: true, ...report }, { json, lines });
  process.exitCode = failed + unread === 0 ? EXIT.done : EXIT.problems;
}

function selectionOf({ code, topic, tenant, since, until }: SelectionOptions): SetAsideSelection {
  return {
    ...(code === undefined ? {} : { code }),
    ...(topic === undefined ? {} : { topic }),
    ...(tenant === undefined ? {} : { tenantId: tenant }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function idsOf(ids: readonly string[]): string[] {
  const wrong = ids.find((id) => !/^\d{1,18}$/.test(id));
  if (wrong !== undefined) throw new WrongUse(`the id of an event set aside is a number, not ${JSON.stringify(wrong)}`);
  return [...ids];
}

function instantOf(flag: string, value: string): Date {
  const at = new Date(value);
  if (Number.isNaN(at.getTime()))
    throw new WrongUse(`${flag} wants an instant such as 2026-03-01T10:00:00Z, not ${value}`);
  return at;
}
