import { isCausewayError, ERROR_CATALOGUE } from '#contracts';
import {
  formatLsn,
  inspectSlot,
  judgeSlot,
  readServerFacts,
  type Lsn,
  type SlotState,
  type SlotVerdict,
  type StoredPosition,
} from '#replication';
import { newestPosition } from './position.side.ts';
import { waysOut } from './slot.advice.ts';
import { applicationOf, readIdentity, withSource } from './source.client.ts';
import type { SourceTarget } from './source.target.ts';

/** Slot, position and server as they are at one moment. */
export interface SlotSituationNow {
  readonly slot: SlotState | undefined;
  readonly position: StoredPosition | undefined;
  readonly walEnd: Lsn;
  readonly verdict: SlotVerdict;
  /** The process that reads the slot. */
  readonly reader: { readonly pid: number; readonly application: string } | null;
}

/** Everything `slot status` prints; LSNs as Postgres writes them, times in RFC 3339. */
export interface SlotReport {
  readonly source: string;
  readonly slot: {
    readonly name: string;
    readonly walStatus: string | null;
    readonly invalidationReason: string | null;
    readonly restartLsn: string | null;
    readonly confirmedFlush: string | null;
    readonly heldBackBytes: number | null;
  } | null;
  readonly reader: SlotSituationNow['reader'];
  readonly position: {
    readonly generation: string;
    readonly lsn: string;
    readonly ordinal: number;
    readonly storedAt: string;
    readonly behindBytes: number;
  } | null;
  readonly verdict: SlotVerdict['verdict'];
  /** What stops a publisher; null when nothing does. */
  readonly problem: {
    readonly code: string;
    readonly meaning: string;
    readonly details: Readonly<Record<string, string | number | null>>;
  } | null;
  readonly waysOut: readonly string[];
}

/** The slot first, the position after it: the position only grows, so a publisher at work never looks wrong. */
export async function readSituation(target: SourceTarget): Promise<SlotSituationNow> {
  return withSource(target, async (client) => {
    const slot = await inspectSlot(client, target.slot);
    const position = await newestPosition(target).catch((error: unknown) => {
      if (isCausewayError(error, 'POSITION_UNREADABLE')) return error;
      throw error;
    });
    const server = { ...(await readServerFacts(client)), identity: await readIdentity(target) };
    const pid = slot?.activePid ?? null;
    const reader = pid === null ? null : { pid, application: await applicationOf(client, pid) };
    if (isCausewayError(position)) {
      const verdict = { verdict: 'stop', code: position.code, details: { slot: target.slot } } as const;
      return { slot, position: undefined, walEnd: server.walEnd, verdict, reader };
    }
    const verdict = judgeSlot({ slot, position, server, now: new Date().toISOString() });
    return { slot, position, walEnd: server.walEnd, verdict, reader };
  });
}

/**
 * What there is of a source's slot and position, whether a publisher can go on with them, and what leads out if not.
 * @throws CausewayError `POSTGRES_UNREACHABLE` or `KAFKA_UNREACHABLE`
 */
export async function readSlotReport(target: SourceTarget): Promise<SlotReport> {
  const { slot, position, walEnd, verdict, reader } = await readSituation(target);
  const text = (lsn: Lsn | null): string | null => (lsn === null ? null : formatLsn(lsn));
  return {
    source: target.name,
    slot:
      slot === undefined
        ? null
        : {
            name: slot.name,
            walStatus: slot.walStatus,
            invalidationReason: slot.invalidationReason,
            restartLsn: text(slot.restartLsn),
            confirmedFlush: text(slot.confirmedFlush),
            heldBackBytes: slot.heldBackBytes,
          },
    reader,
    position:
      position === undefined
        ? null
        : {
            generation: position.generation,
            lsn: formatLsn(position.lsn),
            ordinal: position.ordinal,
            storedAt: position.storedAt,
            behindBytes: Math.max(0, Number(walEnd - position.lsn)),
          },
    verdict: verdict.verdict,
    problem:
      verdict.verdict === 'stop'
        ? { code: verdict.code, meaning: ERROR_CATALOGUE[verdict.code].meaning, details: verdict.details }
        : null,
    waysOut: waysOut(verdict, target.name),
  };
}
