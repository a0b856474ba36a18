import fc from 'fast-check';
import { BatchPump } from './batch.pump.ts';

type Action =
  | { readonly kind: 'transaction'; readonly rows: number }
  | { readonly kind: 'keepalive' }
  /** Turns of the microtask queue, or of the event loop, before the next action. */
  | { readonly kind: 'ticks'; readonly count: number }
  | { readonly kind: 'turn' };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('transaction' as const), rows: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ kind: fc.constant('keepalive' as const) }),
  fc.record({ kind: fc.constant('ticks' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('turn' as const) }),
);

/** How long Kafka takes for each transaction, in the same two measures. */
const storing = fc.record({ ticks: fc.integer({ min: 0, max: 8 }), turns: fc.integer({ min: 0, max: 2 }) });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function pass({ ticks, turns }: { ticks: number; turns: number }): Promise<void> {
  for (let n = 0; n < turns; n += 1) await turn();
  for (let n = 0; n < ticks; n += 1) await Promise.resolve();
}

interface Played {
  readonly stored: number;
  readonly written: number;
  readonly confirmed: bigint;
  readonly lastEnd: bigint;
  readonly paused: boolean;
  readonly failed: unknown;
}

async function play(actions: readonly Action[], times: readonly { ticks: number; turns: number }[]): Promise<Played> {
  let [stored, written, stores] = [0, 0, 0];
  let [confirmed, lsn] = [0n, 100n];
  const pump = new BatchPump({
    start: { lsn: 100n, ordinal: 0 },
    publishes: () => true,
    encode: () => ({ topic: 't', partition: 0, key: null, value: null, headers: new Map<string, Buffer>(), bytes: 10 }),
    limits: { batchBytes: 50, batchRows: 4, pendingBytes: 100 },
    idleIntervalMs: 60_000,
    stream: { pause: () => undefined, resume: () => undefined, confirm: (at) => (confirmed = at) },
    store: async ({ records }) => {
      stores += 1;
      await pass(times[stores % times.length] ?? { ticks: 0, turns: 0 });
      stored += records.length;
    },
    onStored: () => undefined,
  });
  for (const one of actions) {
    if (one.kind === 'turn') await turn();
    else if (one.kind === 'ticks') await pass({ ticks: one.count, turns: 0 });
    else if (one.kind === 'keepalive') pump.keepalive({ walEnd: lsn, replyRequested: false });
    else {
      pump.begin({ commitLsn: lsn });
      for (let row = 0; row < one.rows; row += 1) pump.insert({} as Parameters<typeof pump.insert>[0]);
      written += one.rows;
      lsn += 10n;
      pump.commit(lsn);
    }
  }
  let failed: unknown;
  void pump.failed.then((error) => (failed = error));
  // Long enough for every batch that can be left, were each as slow as it gets.
  for (let n = 0; n < 4 * (written + 5); n += 1) await turn();
  return { stored, written, confirmed, lastEnd: lsn, paused: pump.isPaused, failed };
}

describe('batch pump, whatever comes at whatever moment', () => {
  it('leaves no committed row behind, and goes on reading', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 25 }),
        fc.array(storing, { minLength: 1, maxLength: 5 }),
        async (actions, times) => {
          const { stored, written, paused, failed } = await play(actions, times);
          expect(failed).toBeUndefined();
          expect(stored).toBe(written);
          expect(paused).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not overlook a commit that comes while the loop that found nothing more is ending', async () => {
    for (let ticks = 0; ticks < 12; ticks += 1) {
      const actions: Action[] = [
        { kind: 'transaction', rows: 1 },
        { kind: 'ticks', count: ticks + 1 },
        { kind: 'transaction', rows: 1 },
      ];
      expect(await play(actions, [{ ticks: 0, turns: 0 }])).toMatchObject({ stored: 2, confirmed: 120n });
    }
  });
});
