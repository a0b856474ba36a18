import { isCausewayError, ERROR_CATALOGUE } from '#contracts';
import {
  formatLsn,
  inspectSlot,
  judgeSlot,
  readFailoverProblems,
  readServerFacts,
  waysOut,
  type Lsn,
  type SlotState,
  type SlotVerdict,
  type StoredPosition,
} from '#replication';
import { newestPosition } from './position.side.ts';
import { findChanges } from './source.changes.ts';
import { applicationOf, readIdentity, withSource } from './source.client.ts';
import type { SlotTarget } from './source.target.ts';

/** Slot, position and server as they are at one moment. */
export interface SlotSituationNow {
  readonly slot: SlotState | undefined;
  readonly position: StoredPosition | undefined;
  readonly walEnd: Lsn;
  readonly verdict: SlotVerdict;
  /** The process that reads the slot. */
  readonly reader: { readonly pid: number; readonly application: string } | null;
  /** What makes a failover lossy. */
  readonly warnings: readonly string[];
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
    readonly safeWalBytes: number | null;
    readonly failover: boolean | null;
  } | null;
  readonly reader: SlotSituationNow['reader'];
  readonly position: {
    readonly generation: string;
    readonly lsn: string;
    readonly ordinal: number;
    readonly storedAt: string;
    readonly committedAt: string | null;
    readonly timeline: number;
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
  /** What stops nothing today and should be put right. */
  readonly warnings: readonly string[];
}

/** The slot first, the position after it: the position only grows, so a publisher at work never looks wrong. */
export async function readSituation(target: SlotTarget): Promise<SlotSituationNow> {
  return withSource(target, async (client) => {
    const slot = await inspectSlot(client, target.slot);
    const position = await newestPosition(target).catch((error: unknown) => {
      if (isCausewayError(error, 'POSITION_UNREADABLE')) return error;
      throw error;
    });
    const server = { ...(await readServerFacts(client)), identity: await readIdentity(target) };
    const pid = slot?.activePid ?? null;
    const reader = pid === null ? null : { pid, application: await applicationOf(client, pid) };
    const warnings = server.inRecovery ? ['the server is a standby'] : await readFailoverProblems(client, slot);
    if (isCausewayError(position)) {
      const verdict = { verdict: 'stop', code: position.code, details: { slot: target.slot } } as const;
      return { slot, position: undefined, walEnd: server.walEnd, verdict, reader, warnings };
    }
    const now = new Date().toISOString();
    const ofSlot = judgeSlot({ slot, position, server, now });
    const verdict =
      ofSlot.verdict === 'stop' ? ofSlot : ((await findChanges(target, { client, position, now })) ?? ofSlot);
    return { slot, position, walEnd: server.walEnd, verdict, reader, warnings };
  });
}

/**
 * What there is of a source's slot and position, whether a publisher can go on with them, and what leads out if not.
 * @throws CausewayError `POSTGRES_UNREACHABLE` or `KAFKA_UNREACHABLE`
 */
export async function readSlotReport(target: SlotTarget): Promise<SlotReport> {
  const { slot, position, walEnd, verdict, reader, warnings } = await readSituation(target);
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
            safeWalBytes: slot.safeWalBytes,
            failover: slot.failover,
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
            committedAt: position.committedAt ?? null,
            timeline: position.timeline,
            behindBytes: Math.max(0, Number(walEnd - position.lsn)),
          },
    verdict: verdict.verdict,
    problem:
      verdict.verdict === 'stop'
        ? { code: verdict.code, meaning: ERROR_CATALOGUE[verdict.code].meaning, details: verdict.details }
        : null,
    waysOut: verdict.verdict === 'stop' ? waysOut(verdict, target.name) : [],
    warnings,
  };
}
