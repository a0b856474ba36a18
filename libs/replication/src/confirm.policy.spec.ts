import { confirmable, storesIdlePosition, type IdleState } from './confirm.policy.ts';

describe('idle position', () => {
  const quiet: IdleState = {
    keepalive: 200n,
    stored: 100n,
    insideTransaction: false,
    busy: false,
    replyRequested: false,
    msSinceStored: 10_000,
    intervalMs: 10_000,
  };

  it.each<[string, Partial<IdleState>, boolean]>([
    ['is stored when nothing is in flight and it is time', {}, true],
    ['waits for its time', { msSinceStored: 9_999 }, false],
    ['does not wait when the server asks', { msSinceStored: 0, replyRequested: true }, true],
    ['is not stored twice', { stored: 200n }, false],
    ['never goes back', { stored: 201n, replyRequested: true }, false],
    ['is not stored while rows wait', { busy: true, replyRequested: true }, false],
    ['is not stored inside a transaction', { insideTransaction: true, replyRequested: true }, false],
  ])('%s', (_, change, stores) => {
    expect(storesIdlePosition({ ...quiet, ...change })).toBe(stores);
  });
});

describe('what may be confirmed', () => {
  it.each([
    [100n, 150n, 150n],
    [100n, 100n, 100n],
    [100n, 90n, 100n],
    [0n, 0n, 0n],
  ])('confirmed %s, stored %s: %s', (confirmed, stored, expected) => {
    expect(confirmable(confirmed, stored)).toBe(expected);
  });
});
