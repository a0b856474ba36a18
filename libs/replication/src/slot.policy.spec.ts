import fc from 'fast-check';
import type { StoredPosition } from './position.ts';
import { judgeSlot, type SlotSituation } from './slot.policy.ts';
import type { SlotState } from './slot.ts';

const slot: SlotState = {
  name: 's',
  plugin: 'pgoutput',
  database: 'app',
  active: false,
  activePid: null,
  restartLsn: 80n,
  confirmedFlush: 100n,
  walStatus: 'reserved',
  invalidationReason: null,
  heldBackBytes: 20,
  safeWalBytes: null,
  failover: true,
};
const position: StoredPosition = {
  generation: 'g1',
  lsn: 110n,
  ordinal: 0,
  systemId: '7',
  timeline: 1,
  storedAt: '2026-01-02T03:04:05.000Z',
};
const server = { database: 'app', walEnd: 500n, identity: { systemId: '7', timeline: 1 } };
const now = '2026-01-02T04:00:00.000Z';
const onTimeline = (timeline: number, ...left: [number, bigint][]) => ({
  ...server,
  identity: { systemId: '7', timeline, history: left.map(([of, endsAt]) => ({ timeline: of, endsAt })) },
});
const through = (id: string): StoredPosition => ({
  ...position,
  publication: { id, seenAt: '2026-01-02T03:04:04.000Z' },
});
const judge = (change: Partial<SlotSituation>): string => {
  const verdict = judgeSlot({ slot, position, server, now, ...change });
  return verdict.verdict === 'stop' ? verdict.code : verdict.verdict;
};

describe('slot and position', () => {
  it.each<[string, Partial<SlotSituation>, string]>([
    ['first start', { slot: undefined, position: undefined }, 'create'],
    ['a slot that somebody prepared', { position: undefined }, 'adopt'],
    ['restart', {}, 'resume'],
    ['restart right at the confirmed flush', { position: { ...position, lsn: 100n } }, 'resume'],
    ['restart inside a split transaction', { position: { ...position, ordinal: 5 } }, 'resume'],
    ['slot dropped', { slot: undefined }, 'SLOT_MISSING'],
    ['slot invalidated', { slot: { ...slot, walStatus: 'lost' } }, 'SLOT_LOST'],
    [
      'slot invalidated before any position',
      { slot: { ...slot, walStatus: 'lost' }, position: undefined },
      'SLOT_LOST',
    ],
    ['another plugin', { slot: { ...slot, plugin: 'wal2json' } }, 'SLOT_UNUSABLE'],
    ['another database', { slot: { ...slot, database: 'other' } }, 'SLOT_UNUSABLE'],
    ['a physical slot', { slot: { ...slot, plugin: null, database: null } }, 'SLOT_UNUSABLE'],
    ['slot moved by somebody else', { slot: { ...slot, confirmedFlush: 111n } }, 'SLOT_AHEAD_OF_POSITION'],
    ['slot created again', { slot: { ...slot, restartLsn: 120n, confirmedFlush: 130n } }, 'SLOT_GENERATION_MISMATCH'],
    [
      'another cluster',
      { server: { ...server, identity: { systemId: '8', timeline: 1 } } },
      'SLOT_GENERATION_MISMATCH',
    ],
    ['on a timeline of unknown descent', { server: onTimeline(2) }, 'SLOT_GENERATION_MISMATCH'],
    ['after a failover, position before the switch', { server: onTimeline(2, [1, 110n]) }, 'resume'],
    ['after two failovers', { server: onTimeline(3, [1, 110n], [2, 200n]) }, 'resume'],
    ['after a failover, position after the switch', { server: onTimeline(2, [1, 109n]) }, 'TIMELINE_DIVERGED'],
    [
      'after a failover, its commit record right at the switch',
      { server: onTimeline(2, [1, 110n]), position: { ...position, ordinal: 3 } },
      'TIMELINE_DIVERGED',
    ],
    [
      'after a failover, slot created there, position before the switch',
      { server: onTimeline(2, [1, 115n]), slot: { ...slot, restartLsn: 120n, confirmedFlush: 130n } },
      'SLOT_GENERATION_MISMATCH',
    ],
    [
      'after a failover, slot created there, position after the switch',
      { server: onTimeline(2, [1, 105n]), slot: { ...slot, confirmedFlush: 108n } },
      'SLOT_GENERATION_MISMATCH',
    ],
    ['on a branch that left earlier', { server: onTimeline(3, [2, 90n]) }, 'SLOT_GENERATION_MISMATCH'],
    ['publication as before', { position: through('5/1/2'), publication: '5/1/2' }, 'resume'],
    ['publication altered', { position: through('5/1/2'), publication: '5/9/2' }, 'PUBLICATION_CHANGED'],
    ['publication not asked for', { position: through('5/1/2') }, 'resume'],
    ['position of an older release', { publication: '5/1/2' }, 'resume'],
    ['position beyond the WAL (restored backup)', { server: { ...server, walEnd: 105n } }, 'SLOT_GENERATION_MISMATCH'],
  ])('%s', (_, change, expected) => {
    expect(judge(change)).toBe(expected);
  });

  it('says from when to when events may be missing', () => {
    expect(judgeSlot({ slot: undefined, position, server, now })).toMatchObject({
      details: { position: '0/6E', from: position.storedAt, to: now },
    });
  });

  it('begins a gap where the last stored transaction committed, not when that was stored', () => {
    const behind = { ...position, committedAt: '2026-01-01T00:00:00.000Z' };
    expect(judgeSlot({ slot: undefined, position: behind, server, now })).toMatchObject({
      details: { from: behind.committedAt, to: now },
    });
  });

  it('goes on with the timeline that it found', () => {
    expect(judgeSlot({ slot, position, server: onTimeline(2, [1, 110n]), now })).toMatchObject({
      position: { lsn: 110n, timeline: 2, generation: 'g1' },
    });
  });

  it('never goes on behind the place where a timeline was left', () => {
    const lsn = fc.bigInt({ min: 1n, max: 600n });
    fc.assert(
      fc.property(lsn, lsn, fc.tuple(lsn, fc.nat(3)), (confirmedFlush, endsAt, [stored, ordinal]) => {
        const verdict = judge({
          slot: { ...slot, confirmedFlush },
          server: onTimeline(2, [1, endsAt]),
          position: { ...position, lsn: stored, ordinal },
        });
        const isBefore = stored < endsAt || (stored === endsAt && ordinal === 0);
        expect(verdict === 'resume').toBe(confirmedFlush <= stored && isBefore && stored <= server.walEnd);
      }),
    );
  });

  it('never goes on from a slot that has forgotten what is not stored', () => {
    const lsn = fc.bigInt({ min: 1n, max: 600n });
    fc.assert(
      fc.property(lsn, lsn, lsn, (confirmedFlush, restartLsn, stored) => {
        const verdict = judge({
          slot: { ...slot, confirmedFlush, restartLsn },
          position: { ...position, lsn: stored },
        });
        expect(verdict === 'resume').toBe(confirmedFlush <= stored && stored <= server.walEnd);
      }),
    );
  });
});
