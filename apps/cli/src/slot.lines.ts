import type { SlotReport } from '#operations';
import { sizeOf } from './source.command.ts';

/** A slot's report for people. */
export function slotLines(report: SlotReport): string[] {
  const { slot, reader, position, problem } = report;
  return [
    `source    ${report.source}`,
    ...(slot === null
      ? ['slot      there is none']
      : [
          `slot      ${slot.name}, ${slot.walStatus ?? 'state unknown'}${slot.invalidationReason === null ? '' : ` (${slot.invalidationReason})`}`,
          `          confirmed to ${slot.confirmedFlush ?? 'nothing'}, keeps WAL from ${slot.restartLsn ?? 'nowhere'} (${sizeOf(slot.heldBackBytes)} held back)`,
        ]),
    `reader    ${reader === null ? 'nobody' : `pid ${reader.pid} ${reader.application}`}`,
    position === null
      ? 'position  none in Kafka yet'
      : `position  ${position.lsn} + ${position.ordinal} rows, stored ${position.storedAt}, ${sizeOf(position.behindBytes)} behind the server, generation ${position.generation}`,
    ...(problem === null
      ? [`verdict   a publisher can go on (${report.verdict})`]
      : [
          `verdict   ${problem.code}: ${problem.meaning}`,
          ...Object.entries(problem.details).map(([name, value]) => `          ${name}=${String(value)}`),
        ]),
    ...report.warnings.map((warning) => `warning   ${warning}`),
    ...report.waysOut.map((way, number) => `${number === 0 ? 'ways out  ' : '          '}${way}`),
  ];
}
