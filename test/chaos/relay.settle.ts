import { settle } from '#operations';
import type { RelayStage } from './relay.stage.ts';

const LOOK_MS = 1500;
/** Servers that are being restarted answer nothing for a while. */
const UNHEARD = [{ what: 'nobody answers', count: 1 }] as const;

/**
 * Waits until nothing is under way any more, not longer than there is patience; lets time pass for what waits to be tried again, and
 * publishes what the schedule said.
 * @returns what is left, in words
 */
export async function settleRelay(
  stage: RelayStage,
  { patienceMs, signal }: { patienceMs: number; signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const left = await settle(stage.details, { timeoutMs: LOOK_MS }).catch(() => UNHEARD);
    const scheduled = await stage.desk.takeScheduled();
    if (scheduled.length > 0) await stage.feed.deliver(scheduled);
    else if (left.length === 0) return [];
    if (performance.now() > deadline || signal?.aborted === true)
      return left.map(({ what, count }) => `${count} ${what}`);
    await stage.desk.hurry();
  }
}
