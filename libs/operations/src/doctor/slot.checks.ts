import { isCausewayError } from '#contracts';
import { errorFields } from '#observability';
import { readSlotReport } from '../slot/slot.report.ts';
import type { SlotTarget } from '../slot/source.target.ts';
import { note, ok, wrong, type Finding } from './finding.ts';

/**
 * Whether a publisher can go on: slot, position, server, timeline, publication and topics together, and what makes a failover lossy.
 * A Kafka that is away is another check's matter.
 */
export async function checkSituation(target: SlotTarget): Promise<Finding[]> {
  const check = `${target.name}: position`;
  try {
    const { problem, position, waysOut, warnings, verdict } = await readSlotReport(target);
    const risks = warnings.map((warning) =>
      note(`${target.name}: failover`, warning, 'See "Failover" in docs/operations.md.'),
    );
    if (problem === null) {
      const where = position === null ? 'none yet' : `${position.lsn}, stored ${position.storedAt}`;
      return [ok(check, `${where}; a publisher can go on (${verdict})`), ...risks];
    }
    const details = Object.entries(problem.details).map(([name, value]) => `${name}=${String(value)}`);
    const action = waysOut.length === 0 ? `See ${problem.code} in docs/reference/errors.md.` : waysOut.join(' && ');
    return [wrong(check, `${problem.code}: ${problem.meaning} (${details.join(', ')})`, action), ...risks];
  } catch (error) {
    if (isCausewayError(error, 'KAFKA_UNREACHABLE') || isCausewayError(error, 'POSTGRES_UNREACHABLE')) return [];
    return [wrong(check, errorFields(error).reason, 'See the code in docs/reference/errors.md.')];
  }
}
