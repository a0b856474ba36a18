import { LANES } from '#contracts';
import type { FlowStep, StatusReport } from '#operations';
import { ageOf } from './operator.command.ts';
import { sizeOf } from './source.command.ts';
import { table } from './table.ts';

const UNKNOWN = '?';

/** A status report as one screen of at most 100 columns. */
export function statusLines(report: StatusReport): string[] {
  const { at, flow, slots, connections, credits, parked, behindParked, channels, remarks } = report;
  return [
    `causeway status  ${at}`,
    '',
    table(['product → CRM', 'waiting', 'oldest', 'a minute'], flow.filter(({ way }) => way === 'out').map(flowCells)),
    '',
    table(['CRM → product', 'waiting', 'oldest', 'a minute'], flow.filter(({ way }) => way === 'back').map(flowCells)),
    ...section(
      ['connection', 'state', 'ready', 'calling', 'parked'],
      connections.map(({ id, state, circuit, commands }) => [
        id,
        circuit === 'closed' ? state : `${state}, the CRM does not answer`,
        String(commands['ready'] ?? 0),
        String((commands['in_flight'] ?? 0) + (commands['unknown'] ?? 0)),
        String(commands['parked'] ?? 0),
      ]),
    ),
    ...section(
      ['credits', 'used', 'of', ...LANES, 'used up at'],
      credits.map(({ connection, used, credits: all, lanes, exhaustedAt }) => [
        connection,
        String(used),
        all === null ? UNKNOWN : String(all),
        ...LANES.map((lane) => String(lanes[lane].used)),
        exhaustedAt ?? 'not within a day',
      ]),
    ),
    ...section(
      ['parked', 'commands', 'oldest', 'who'],
      parked.map(({ code, count, oldestSeconds, owner }) => [code, String(count), ageOf(oldestSeconds), owner ?? '']),
    ),
    ...(behindParked === 0 ? [] : [`${behindParked} wait behind them`]),
    ...section(
      ['channel', 'module', 'state', 'expires in'],
      channels.map(({ connection, module, state, secondsLeft }) => [
        connection,
        module,
        state,
        secondsLeft === null ? '' : ageOf(secondsLeft),
      ]),
    ),
    ...section(
      ['slot', 'source', 'read by', 'state', 'WAL kept'],
      slots.map(({ slot, source, exists, isRead, walStatus, heldBackBytes }) => [
        slot,
        source,
        isRead ? 'a publisher' : 'nobody',
        exists ? (walStatus ?? UNKNOWN) : 'missing',
        sizeOf(heldBackBytes),
      ]),
    ),
    '',
    ...(remarks.length === 0 ? ['nothing is wrong'] : []),
    ...remarks.flatMap(({ level, what, action }) => cut(`${level.padEnd(7)}  ${what}`, `-> ${action}`)),
  ];
}

function flowCells({ step, unit, waiting, oldestSeconds, perMinute }: FlowStep): string[] {
  const count = waiting === null ? UNKNOWN : unit === 'bytes' ? sizeOf(waiting) : `${waiting} ${unit}`;
  return [step, count, oldestSeconds === null ? '' : ageOf(oldestSeconds), perMinute === null ? '' : String(perMinute)];
}

function section(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', table(header, rows)];
}

/** In one line where that fits, else in two; what is longer than a line is cut. */
function cut(what: string, action: string): string[] {
  const most = 100;
  if (what.length + action.length + 1 <= most) return [`${what} ${action}`];
  return [what, `         ${action}`].map((line) => (line.length <= most ? line : `${line.slice(0, most - 1)}…`));
}
