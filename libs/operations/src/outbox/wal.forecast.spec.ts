import { forecastWal, type WalSample } from './wal.forecast.ts';

const first: WalSample = { atMs: 0, walEnd: 1000n, confirmed: 900n, safeBytes: null, usedBytes: 100 };
const second: WalSample = { ...first, atMs: 2000, walEnd: 3000n };

describe('WAL forecast', () => {
  it.each([
    ['nothing tells', second, undefined, { roomBytes: null, roomKnownBy: null, secondsToFull: null }],
    [
      "the server's limit",
      { ...second, safeBytes: 5000 },
      undefined,
      { roomKnownBy: 'max_slot_wal_keep_size', secondsToFull: 5 },
    ],
    ['the disk', second, 20_100, { roomBytes: 20_000, roomKnownBy: 'CAUSEWAY_WAL_DISK', secondsToFull: 20 }],
    [
      'both, the limit first',
      { ...second, safeBytes: 5000 },
      20_100,
      { roomKnownBy: 'max_slot_wal_keep_size', secondsToFull: 5 },
    ],
    [
      'both, the disk first',
      { ...second, safeBytes: 50_000 },
      20_100,
      { roomKnownBy: 'CAUSEWAY_WAL_DISK', secondsToFull: 20 },
    ],
    ['the disk is smaller than what lies there', second, 50, { roomBytes: 0, secondsToFull: 0 }],
    [
      'nothing is written',
      { ...second, walEnd: 1000n },
      20_100,
      { bytesPerSecond: 0, standsStill: false, secondsToFull: null },
    ],
    ['written and nothing confirmed', second, undefined, { bytesPerSecond: 1000, standsStill: true }],
    ['written and confirmed', { ...second, confirmed: 2900n }, undefined, { bytesPerSecond: 1000, standsStill: false }],
  ])('%s', (...[, then, disk, expected]) => {
    expect(forecastWal(first, then, disk)).toMatchObject(expected);
  });
});
