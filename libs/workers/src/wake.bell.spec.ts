import { WakeBell } from './wake.bell.ts';

/** Longer than any test: a wait that ends did not end by its time limit. */
const LONG_MS = 3_600_000;

describe('WakeBell', () => {
  it('wakes everybody who waits', async () => {
    const bell = new WakeBell();
    const waits = Array.from({ length: 5 }, () => bell.wait(bell.rings, LONG_MS));
    bell.ring();
    await Promise.all(waits);
    expect(bell.rings).toBe(1);
  });

  it('does not let one wait who looked before the last ring', async () => {
    const bell = new WakeBell();
    const seen = bell.rings;
    bell.ring();
    await bell.wait(seen, LONG_MS);
    expect(bell.rings).toBe(seen + 1);
  });

  it('lets one wait who looked after it, until the time is over', async () => {
    const bell = new WakeBell();
    bell.ring();
    const started = performance.now();
    await bell.wait(bell.rings, 30);
    expect(performance.now() - started).toBeGreaterThanOrEqual(29);
  });

  it('wakes each waiter once, however often it rings', async () => {
    const bell = new WakeBell();
    const first = bell.wait(bell.rings, LONG_MS);
    bell.ring();
    bell.ring();
    await first;
    let woken = false;
    const second = bell.wait(bell.rings, LONG_MS).then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    bell.ring();
    await second;
  });
});
