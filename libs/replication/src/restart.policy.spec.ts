import { WHOLE_TRANSACTION, rowsToSkip } from './restart.policy.ts';

describe('rows to skip after a restart', () => {
  it.each([
    ['a transaction before the position', { lsn: 100n, ordinal: 0, commit: 90n }, WHOLE_TRANSACTION],
    ['the transaction that begins where the last one ended', { lsn: 100n, ordinal: 0, commit: 100n }, 0],
    ['a later transaction', { lsn: 100n, ordinal: 0, commit: 130n }, 0],
    ['the transaction that was split', { lsn: 100n, ordinal: 7, commit: 100n }, 7],
    ['a transaction before the split one', { lsn: 100n, ordinal: 7, commit: 99n }, WHOLE_TRANSACTION],
    ['a transaction after the split one', { lsn: 100n, ordinal: 7, commit: 140n }, 0],
  ])('%s', (_, at, rows) => {
    expect(rowsToSkip(at, at.commit)).toBe(rows);
  });
});
