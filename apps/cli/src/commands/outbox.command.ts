import { Command, Option, SubCommand } from 'nest-commander';
import { countWindow, readOutboxReport, resendWindow, type OutboxReport, type ResendResult } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { counted } from '../counted.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { progressLine } from '../progress.line.ts';
import { slotLines } from '../slot.lines.ts';
import {
  ChangeCommand,
  SourceCommand,
  announce,
  say,
  sizeOf,
  type ChangeOptions,
  type SourceOptions,
} from '../source.command.ts';
import { sourceTarget } from '../source.target.ts';
import { table } from '../table.ts';
import { DeadLettersCommand } from './dead-letters.command.ts';

@SubCommand({
  name: 'status',
  description:
    'Rows, size and age by partition, oldest row written since the last position, WAL held back and time until there is no room for it, state of the slot; exit 1 when a publisher cannot go on or none runs. Counts rows: reads the table once. Example: causeway outbox status --source portal --json',
})
export class OutboxStatusCommand extends SourceCommand {
  async run(_args: string[], options: SourceOptions): Promise<void> {
    const report = await readOutboxReport(await sourceTarget(options));
    say(report, { json: options.json, lines: statusLines(report) });
    const { problem, reader } = report.slot;
    process.exitCode = problem === null && reader !== null ? EXIT.done : EXIT.problems;
  }
}

interface ResendOptions extends ChangeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly besidePublisher?: boolean;
}

@SubCommand({
  name: 'resend',
  description:
    'Produces the rows written in a window (created_at, or the column that CAUSEWAY_OUTBOX_TIME_COLUMN names; --to is not in it) to Kafka again, with the same ids, in order; consumers with an inbox drop what they have. Refuses while a publisher reads the slot, because old events would come after newer ones of their key, and for the preset debezium-outbox, whose records the publisher alone makes. Example: causeway outbox resend --source portal --from 2026-01-02T03:00:00Z --to now --yes',
})
export class OutboxResendCommand extends ChangeCommand {
  async run(_args: string[], options: ResendOptions): Promise<void> {
    const { from, to, json, besidePublisher = false } = options;
    if (from === undefined || to === undefined) throw new WrongUse('resend needs --from and --to');
    if (from >= to) throw new WrongUse('--from must be before --to');
    const target = await sourceTarget(options);
    const rows = await countWindow(target, { from, to });
    const plan = [`will produce ${counted(rows, 'row')} of ${target.name} written from ${from} to ${to} again`];
    if (!announce(plan, options)) return;
    const line = progressLine('rows');
    const onProgress = ({ rows: all, sent, refused }: ResendResult): void => line.show(sent + refused.length, all);
    const result = await resendWindow(target, { from, to, besidePublisher, onProgress }).finally(() => line.end());
    say({ done: true, from, to, ...result }, { json, lines: resendLines(result) });
    process.exitCode = result.refused.length === 0 ? EXIT.done : EXIT.problems;
  }

  @Option({ flags: '--from <instant>', description: 'First instant, such as 2026-01-02T03:04:05Z' })
  parseFrom(value: string): string {
    return instantOf('--from', value);
  }

  @Option({ flags: '--to <instant>', description: 'Instant after the last one, or now' })
  parseTo(value: string): string {
    return value === 'now' ? new Date().toISOString() : instantOf('--to', value);
  }

  @Option({ flags: '--beside-publisher', description: 'Also while a publisher streams, at the price of the order' })
  parseBesidePublisher(): boolean {
    return true;
  }
}

@Command({
  name: 'outbox',
  description: 'The outbox of a source: its size, sending again, rows that failed. Example: causeway outbox status',
  subCommands: [OutboxStatusCommand, OutboxResendCommand, DeadLettersCommand],
})
export class OutboxCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

/** A date and time with its offset; without one it would depend on where it is read. @throws WrongUse */
function instantOf(flag: string, value: string): string {
  const hasForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value);
  if (!hasForm || Number.isNaN(Date.parse(value)))
    throw new WrongUse(`${flag} wants an instant such as 2026-01-02T03:04:05Z, not ${value}`);
  return new Date(value).toISOString();
}

function resendLines({ rows, sent, refused }: ResendResult): string[] {
  return [
    `${counted(rows, 'row')}, ${sent} in Kafka again, ${refused.length} refused`,
    ...refused.map(({ id, reason }) => `  ${id}: ${reason}`),
  ];
}

function statusLines(report: OutboxReport): string[] {
  const total = report.partitions.reduce<{ rows: number | null; bytes: number }>(
    (sum, { rows, bytes }) => ({
      rows: sum.rows === null || rows === null ? null : sum.rows + rows,
      bytes: sum.bytes + bytes,
    }),
    { rows: 0, bytes: 0 },
  );
  const rows = [...report.partitions, { name: 'all', ...total, oldest: null }];
  const lines = rows.map(({ name, rows: count, bytes, oldest: first }) => [
    name,
    count === null ? 'unknown' : String(count),
    sizeOf(bytes),
    first === null ? '' : ageOf(first),
  ]);
  return [
    table(['partition', 'rows', 'size', 'oldest row'], lines),
    '',
    unconfirmedLine(report),
    ...walLines(report.wal),
    ...slotLines(report.slot),
  ];
}

function unconfirmedLine({ oldestUnconfirmed: oldest, unconfirmedRows, unknownBecause }: OutboxReport): string {
  if (unconfirmedRows === null) return `rows since the position was stored: unknown, ${unknownBecause ?? ''}`;
  return oldest === null
    ? 'no row since the position was stored'
    : `${counted(unconfirmedRows, 'row')} since the position was stored, from ${oldest} (${ageOf(oldest)})`;
}

function walLines({
  bytesPerSecond,
  standsStill,
  roomBytes,
  roomKnownBy,
  secondsToFull,
}: OutboxReport['wal']): string[] {
  const rate = `the server writes ${sizeOf(bytesPerSecond)} of WAL a second${standsStill ? ', and nothing is confirmed' : ''}`;
  if (roomBytes === null)
    return [rate, 'how much room there is for WAL is not known: set max_slot_wal_keep_size, or tell CAUSEWAY_WAL_DISK'];
  const end = roomKnownBy === 'CAUSEWAY_WAL_DISK' ? 'the disk is full' : 'the server gives the slot up';
  const time = secondsToFull === null ? '' : `: ${lasting(secondsToFull)} at this rate if nothing is confirmed`;
  return [rate, `${sizeOf(roomBytes)} of WAL until ${end}${time}`];
}

function ageOf(instant: string): string {
  return `${lasting((Date.now() - Date.parse(instant)) / 1000)} ago`;
}

function lasting(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
