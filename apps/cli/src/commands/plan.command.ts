import { Command, Option, SubCommand } from 'nest-commander';
import { withClients } from '#operations';
import { loadPack } from '#packs';
import {
  listPlans,
  makePlan,
  readPlanned,
  savePlan,
  showPlan,
  timeOfPlan,
  type KeySelection,
  type Plan,
  type PlanKind,
  type SavedPlan,
} from '#planning';
import { CausewayCommand } from '../causeway.command.ts';
import { counted } from '../counted.ts';
import { crmTarget } from '../crm.target.ts';
import { engineTarget } from '../engine.target.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { LookCommand, operatorOf, type LookOptions } from '../operator.command.ts';
import { print } from '../output.ts';
import { countOf } from '../parked.selection.ts';
import { recordJson, recordLines, recordsOf, totalsLines } from '../plan.lines.ts';
import { readingCrm } from '../plan.target.ts';
import { progressLine } from '../progress.line.ts';
import { replaySource } from '../replay.target.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

interface ShowOptions extends LookOptions {
  readonly values?: boolean;
  readonly limit?: number;
}

interface PlanOptions extends ShowOptions {
  readonly tenant?: string;
  readonly connection?: string;
  readonly keys?: readonly string[];
  readonly madeBy?: number;
  readonly type?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly save?: boolean;
  readonly reason?: string;
  readonly by?: string;
}

/** How records are shown. */
abstract class ShowPlanCommand extends LookCommand {
  @Option({ flags: '--values', description: 'Show values, too; they may be personal data' })
  parseValues(): boolean {
    return true;
  }

  @Option({ flags: '--limit <count>', description: 'Records that are shown (default 20); JSON has all' })
  parseLimit(value: string): number {
    return countOf('--limit', value);
  }
}

abstract class MakePlanCommand extends ShowPlanCommand {
  abstract readonly kind: PlanKind;

  async run([pack = '']: string[], options: PlanOptions): Promise<void> {
    const operator = options.save === true ? operatorOf(options) : null;
    const { mapping } = await loadPack(pack);
    const { topicPrefix } = await engineTarget([]);
    await using source = await replaySource('kafka');
    const line = progressLine('keys planned');
    await withClients(await crmTarget(), async ({ db, clients }) => {
      const clientOf = clients.clientOf.bind(clients);
      const history = { source, topicPrefix };
      const sources = { db, clientOf, history, onProgress: (keys: number) => line.show(keys) };
      const request = { kind: this.kind, mapping, selection: selectionOf(options) };
      const plan = await readingCrm(() => makePlan(sources, request)).finally(() => line.end());
      const time = await timeOfPlan(db, plan);
      const id = operator === null ? null : await savePlan(db, plan, operator);
      tellPlan({ plan, time, id }, options);
    });
  }

  @Option({ flags: '--tenant <id>', description: 'Only keys of this tenant' })
  parseTenant(value: string): string {
    return value;
  }

  @Option({ flags: '--connection <id>', description: 'Only states that belong to this connection' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--keys <keys>', description: 'Only these keys, with commas between them' })
  parseKeys(value: string): string[] {
    const keys = value.split(',').filter((key) => key !== '');
    if (keys.length === 0) throw new WrongUse('--keys wants keys with commas between them');
    return keys;
  }

  @Option({ flags: '--made-by <version>', description: 'Only states made by this version of the mapping' })
  parseMadeBy(value: string): number {
    return countOf('--made-by', value);
  }

  @Option({ flags: '--type <event type>', description: 'Only keys into which an event of this type was folded' })
  parseType(value: string): string {
    return value;
  }

  @Option({ flags: '--since <instant>', description: 'Only keys into which something was folded since then' })
  parseSince(value: string): Date {
    return instantOf('--since', value);
  }

  @Option({ flags: '--until <instant>', description: 'Only keys into which something was folded before then' })
  parseUntil(value: string): Date {
    return instantOf('--until', value);
  }

  @Option({ flags: '--save', description: 'Keep the plan, so that exactly it can be applied; wants --reason' })
  parseSave(): boolean {
    return true;
  }

  @Option({ flags: '--reason <text>', description: 'Why; kept in the audit with --save. No personal data' })
  parseReason(value: string): string {
    return value;
  }

  @Option({ flags: '--by <name>', description: 'Who does it (default: the user of this machine)' })
  parseBy(value: string): string {
    return value;
  }
}

@SubCommand({
  name: 'mapping',
  arguments: '<pack>',
  description:
    'What a version of a mapping, by name or by path of its folder, would change: all that was folded is folded anew and compared with the CRM as it is. ' +
    'Exit 1 when some keys cannot be folded. Example: causeway plan mapping ./packs/signup-lead --made-by 1 --save --reason "names were cut"',
})
export class PlanMappingCommand extends MakePlanCommand {
  readonly kind = 'mapping';
}

@SubCommand({
  name: 'replay',
  arguments: '<pack>',
  description:
    'What folding the events of chosen keys again would change. Example: causeway plan replay signup-lead --keys 17,18',
})
export class PlanReplayCommand extends MakePlanCommand {
  readonly kind = 'replay';
}

@SubCommand({
  name: 'backfill',
  arguments: '<pack>',
  description:
    'What the CRM lacks of what is known, and what differs there. Example: causeway plan backfill signup-lead --json',
})
export class PlanBackfillCommand extends MakePlanCommand {
  readonly kind = 'backfill';
}

@SubCommand({
  name: 'list',
  description: 'Plans that were saved, the newest first. Example: causeway plan list --json',
})
export class PlanListCommand extends LookCommand {
  async run(_args: string[], { json = false }: LookOptions): Promise<void> {
    print(await withIntegration((db) => listPlans(db)), {
      json,
      empty: 'no plan was saved',
      columns: {
        id: (row: SavedPlan) => row.id,
        kind: (row: SavedPlan) => row.kind,
        pack: (row: SavedPlan) => `${row.pack} version ${row.version}`,
        state: (row: SavedPlan) => row.state,
        applied: (row: SavedPlan) => `${row.applied} of ${row.keys}`,
        credits: (row: SavedPlan) => String(row.totals.credits),
        saved: (row: SavedPlan) => `${row.savedAt.toISOString().slice(0, 16)} by ${row.savedBy}`,
      },
    });
  }
}

@SubCommand({
  name: 'show',
  arguments: '<id>',
  description: 'One plan that was saved; exit 1 when there is none. Example: causeway plan show 3 --values',
})
export class PlanShowCommand extends ShowPlanCommand {
  async run([id = '']: string[], { json = false, values = false, limit = 20 }: ShowOptions): Promise<void> {
    await withIntegration(async (db) => {
      const plan = await showPlan(db, id);
      if (plan === undefined) {
        say({ found: false }, { json, lines: [`there is no plan ${id}`] });
        process.exitCode = EXIT.problems;
        return;
      }
      const planned = await readPlanned(db, id, { from: 0, limit: json ? plan.keys : limit });
      const records = planned.flatMap((key) => [...key.records]);
      const lines = [
        `plan ${id}: ${plan.kind} of ${plan.pack} version ${plan.version}, ${plan.state}, ${plan.applied} of ${counted(plan.keys, 'key')} applied`,
        ...(plan.stop === null ? [] : [`stopped: ${stopLine(plan.stop)}`]),
        ...totalsLines(plan.totals, null),
        ...recordLines(records, { values, most: limit }),
      ];
      say({ ...plan, records: records.map((record) => recordJson(record, values)) }, { json, lines });
    });
  }
}

@Command({
  name: 'plan',
  description:
    'What a mapping, a replay or a backfill would change. Example: causeway plan mapping ./packs/signup-lead',
  subCommands: [PlanMappingCommand, PlanReplayCommand, PlanBackfillCommand, PlanListCommand, PlanShowCommand],
})
export class PlanCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

/** Where the world was another one, in words. */
export function stopLine(stop: object): string {
  const { what, key, recordKey, field } = stop as Record<string, string | null>;
  const place = recordKey ?? `key ${key ?? ''}`;
  const said: Readonly<Record<string, string>> = {
    events: 'more events were folded since',
    commands: 'a command of it waits',
    link: 'it is linked otherwise, or a person or an operator decided about it',
    record: 'it is there now, or is not any more',
    field: `${field ?? ''} holds something else`,
  };
  return `${place}: ${said[what ?? ''] ?? what ?? ''}`;
}

interface MadePlan {
  readonly plan: Plan;
  readonly time: Awaited<ReturnType<typeof timeOfPlan>>;
  readonly id: string | null;
}

function tellPlan({ plan, time, id }: MadePlan, { json, values = false, limit = 20 }: PlanOptions): void {
  const { kind, mapping, lane, totals, left, readCalls } = plan;
  const records = recordsOf(plan);
  const about = { id, kind, pack: mapping.name, version: mapping.version, lane };
  const lines = [
    `${kind} of ${mapping.name} version ${mapping.version}, lane ${lane}; ${counted(readCalls, 'call')} made to read the CRM`,
    ...totalsLines(totals, time),
    ...recordLines(records, { values, most: limit }),
    '',
    id === null ? 'nothing was kept; --save keeps it' : `kept as plan ${id}: causeway apply ${id}`,
  ];
  say(
    { ...about, totals, time, readCalls, records: records.map((record) => recordJson(record, values)), left },
    { json, lines },
  );
  const isPartial = left.some(({ reason }) => reason === 'history_incomplete' || reason === 'mapping_failed');
  process.exitCode = isPartial ? EXIT.problems : EXIT.done;
}

function selectionOf({ tenant, connection, keys, madeBy, type, since, until }: PlanOptions): KeySelection {
  const said = { tenantId: tenant, connectionId: connection, keys, version: madeBy, type, since, until };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function instantOf(flag: string, value: string): Date {
  const at = new Date(value);
  if (Number.isNaN(at.getTime()))
    throw new WrongUse(`${flag} wants an instant such as 2026-03-01T10:00:00Z, not ${value}`);
  return at;
}
