import { Command, Option, SubCommand } from 'nest-commander';
import { adoptSlot, readRewind, readSlotReport, recreateSlot, type Adoption, type SlotReport } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT } from '../exit.codes.ts';
import {
  ChangeCommand,
  SourceCommand,
  announce,
  say,
  type ChangeOptions,
  type SourceOptions,
} from '../source.command.ts';
import { slotLines } from '../slot.lines.ts';
import { sourceTarget } from '../source.target.ts';

const TARGET =
  'The source is the one that CAUSEWAY_SOURCE_NAME and CAUSEWAY_SOURCE_URL name, else --source of the running system.';

@SubCommand({
  name: 'status',
  description: `Slot, its reader, the position in Kafka, and what leads out when a publisher cannot go on; exit 1 then, or when nobody reads the slot. ${TARGET} Example: causeway slot status --source portal`,
})
export class SlotStatusCommand extends SourceCommand {
  async run(_args: string[], options: SourceOptions): Promise<void> {
    const report = await readSlotReport(await sourceTarget(options));
    say(report, { json: options.json, lines: slotLines(report) });
    process.exitCode = report.problem === null && report.reader !== null ? EXIT.done : EXIT.problems;
  }
}

@SubCommand({
  name: 'adopt',
  description: `Lets the publisher go on from the slot as it is, once a gap was dealt with: stores a first position under a new generation. Refuses while a publisher reads the slot. ${TARGET} Example: causeway slot adopt --source portal --yes`,
})
export class SlotAdoptCommand extends ChangeCommand {
  async run(_args: string[], options: ChangeOptions): Promise<void> {
    const target = await sourceTarget(options);
    const report = await readSlotReport(target);
    const plan = [
      ...slotLines(report),
      `will adopt slot ${target.slot} where it stands (${report.slot?.confirmedFlush ?? 'no slot'}) under a new generation`,
    ];
    if (!announce(plan, options)) return;
    const adoption = await adoptSlot(target);
    say({ done: adoption !== null, adoption }, { json: options.json, lines: adoptionLines(adoption) });
  }
}

interface RecreateOptions extends ChangeOptions {
  readonly adopt?: boolean;
}

@SubCommand({
  name: 'recreate',
  description: `Drops the slot if it is there, creates it and adopts it. With --no-adopt the publisher stays stopped, so that what is missing can be resent first, in order. Refuses while a publisher reads the slot. ${TARGET} Example: causeway slot recreate --source portal --no-adopt --yes`,
})
export class SlotRecreateCommand extends ChangeCommand {
  async run(_args: string[], options: RecreateOptions): Promise<void> {
    const target = await sourceTarget(options);
    const report = await readSlotReport(target);
    if (!announce([...slotLines(report), ...recreatePlan(report, options)], options)) return;
    const { lsn } = await recreateSlot(target);
    const adoption = options.adopt === false ? null : await adoptSlot(target);
    const created = `slot ${target.slot} created, begins at ${lsn}`;
    const next = ['next: resend what is missing, then: causeway slot adopt'];
    const lines = [created, ...(options.adopt === false ? next : adoptionLines(adoption))];
    say({ done: true, lsn, adoption }, { json: options.json, lines });
  }

  @Option({ flags: '--no-adopt', description: 'Leave the publisher stopped until causeway slot adopt' })
  parseNoAdopt(): boolean {
    return false;
  }
}

@SubCommand({
  name: 'rewind',
  description: `Postgres never moves a slot back; says from when on events can be had again by causeway outbox resend. Changes nothing; exit 1. ${TARGET} Example: causeway slot rewind --source portal`,
})
export class SlotRewindCommand extends SourceCommand {
  async run(_args: string[], options: SourceOptions): Promise<void> {
    const target = await sourceTarget(options);
    const rewind = await readRewind(target);
    const rows = rewind.oldestRow;
    const lines = [
      `Postgres cannot move slot ${target.slot} back: nothing from before ${rewind.confirmedFlush ?? 'its creation'} is sent again`,
      rows === null
        ? `${rewind.table} has no rows that outbox resend can send: see docs/operations.md`
        : `rows since ${rows} are in ${rewind.table}: causeway outbox resend --source ${target.name} --from ${rows} --to now`,
    ];
    say({ possible: false, ...rewind }, { json: options.json, lines });
    process.exitCode = EXIT.problems;
  }
}

@Command({
  name: 'slot',
  description:
    'The replication slot of a source and its position in Kafka. Example: causeway slot status --source portal',
  subCommands: [SlotStatusCommand, SlotAdoptCommand, SlotRecreateCommand, SlotRewindCommand],
})
export class SlotCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function recreatePlan({ slot, position }: SlotReport, { adopt = true }: RecreateOptions): string[] {
  return [
    slot === null ? 'will create the slot' : `will drop slot ${slot.name} and create it again`,
    ...(position === null ? [] : [`what was committed since ${position.lsn} and is not in Kafka will not be streamed`]),
    adopt ? 'will adopt it: the publisher goes on at once' : 'the publisher stays stopped until causeway slot adopt',
  ];
}

function adoptionLines(adoption: Adoption | null): string[] {
  if (adoption === null) return ['slot and position match: there is nothing to adopt'];
  const { generation, lsn, gap } = adoption;
  const missing =
    gap === null
      ? 'there was no position before: nothing is known to be missing'
      : `events may be missing that were committed from ${gap.from} to ${gap.to}, and earlier ones if the publisher was behind`;
  return [`adopted: position ${lsn}, generation ${generation}`, missing];
}
