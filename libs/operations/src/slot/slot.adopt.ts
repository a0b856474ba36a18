import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { CausewayError } from '#contracts';
import {
  ReplicationStream,
  classifyReplicationError,
  formatLsn,
  gapOf,
  inspectSlot,
  judgeSlot,
  readServerFacts,
  stepsFor,
  type FrameSink,
  type StoredPosition,
} from '#replication';
import { replacePosition } from './position.side.ts';
import { findChanges } from './source.changes.ts';
import { APPLICATION_NAME, withSource } from './source.client.ts';
import type { SourceTarget } from './source.target.ts';

export interface Adoption {
  readonly generation: string;
  /** Where the publisher goes on. */
  readonly lsn: string;
  /** Instants between which events may be missing; null when there was no position before. */
  readonly gap: { readonly from: string; readonly to: string } | null;
}

/** A publisher that was stopped holds the slot for a moment each time it checks again; that passes. */
const FREE_AFTER_MS = 5000;
const LOOK_AGAIN_MS = 50;
const STATUS_INTERVAL_MS = 10_000;

/** Reads nothing: the stream is there to be the slot's one reader while its position is replaced. */
const IGNORE: FrameSink = {
  begin: () => undefined,
  insert: () => undefined,
  commit: () => undefined,
  keepalive: () => undefined,
};

/**
 * Takes the slot as it is for a new beginning: a first position, under a new generation. The same steps as at a publisher's
 * start: own the slot, fence older producers, read the position, store the new one.
 * @returns null when slot and position match: a new position could only send again what Kafka holds.
 * @throws CausewayError `SLOT_IN_USE` with the pid, `SLOT_MISSING`, `SLOT_LOST` or `SLOT_UNUSABLE`
 */
export async function adoptSlot(target: SourceTarget): Promise<Adoption | null> {
  const stream = await ownSlot(target);
  try {
    let gap: Adoption['gap'] = null;
    const stored = await replacePosition(target, async (before) => {
      const now = new Date().toISOString();
      gap = before === undefined ? null : { from: String(gapOf(before, now)['from']), to: now };
      return firstPosition(target, { before, identity: stream.identity, now });
    });
    return stored === null ? null : { generation: stored.generation, lsn: formatLsn(stored.lsn), gap };
  } finally {
    await stream.close();
  }
}

interface Moment {
  readonly before: StoredPosition | undefined;
  readonly identity: ReplicationStream['identity'];
  readonly now: string;
}

async function firstPosition(target: SourceTarget, { before, identity, now }: Moment): Promise<StoredPosition | null> {
  return withSource(target, async (client) => {
    const slot = await inspectSlot(client, target.slot);
    const server = { ...(await readServerFacts(client)), identity };
    const verdict = judgeSlot({ slot, position: before, server, now });
    if (verdict.verdict === 'resume') return acceptChanges(target, { client, position: verdict.position, now });
    const steps = verdict.verdict === 'stop' ? stepsFor(verdict) : 'adopt';
    if (verdict.verdict === 'stop' && (steps === 'recreate' || steps === 'none'))
      throw new CausewayError(verdict.code, { details: { slot: target.slot, ...verdict.details } });
    // Nobody but us reads the slot, so this does not move any more.
    const lsn = slot?.confirmedFlush ?? null;
    if (lsn === null) throw new CausewayError('SLOT_MISSING', { details: { slot: target.slot } });
    const { systemId, timeline } = identity;
    return { generation: randomUUID(), lsn, ordinal: 0, systemId, timeline, storedAt: now };
  });
}

/**
 * Publication and topics as they are now, where they are not as they were: the position stays, and forgets what they were. A slot
 * that nothing was wrong with needs nothing.
 */
async function acceptChanges(
  target: SourceTarget,
  at: { readonly client: Client; readonly position: StoredPosition; readonly now: string },
): Promise<StoredPosition | null> {
  const change = await findChanges(target, at);
  if (change === undefined) return null;
  if (change.code === 'PUBLICATION_MISSING') throw new CausewayError(change.code, { details: change.details });
  const { publication: _, topics: __, ...kept } = at.position;
  return { ...kept, storedAt: at.now };
}

async function ownSlot(target: SourceTarget): Promise<ReplicationStream> {
  await waitUntilFree(target);
  try {
    return await ReplicationStream.open({
      url: target.url,
      slotName: target.slot,
      publicationName: target.publication,
      applicationName: APPLICATION_NAME,
      statusIntervalMs: STATUS_INTERVAL_MS,
      startPaused: true,
      sink: IGNORE,
    });
  } catch (error) {
    if (error instanceof CausewayError) throw error;
    const { code } = classifyReplicationError(error);
    throw new CausewayError(code, { details: { slot: target.slot }, cause: error });
  }
}

/** @throws CausewayError `SLOT_IN_USE` with the pid of whoever goes on reading the slot */
export async function waitUntilFree(target: SourceTarget): Promise<void> {
  await withSource(target, async (client) => {
    for (const deadline = Date.now() + FREE_AFTER_MS; ;) {
      const slot = await inspectSlot(client, target.slot);
      if (!slot?.active) return;
      if (Date.now() > deadline)
        throw new CausewayError('SLOT_IN_USE', { details: { slot: target.slot, pid: slot.activePid } });
      await wait(LOOK_AGAIN_MS);
    }
  });
}
