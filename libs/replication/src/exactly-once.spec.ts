import fc from 'fast-check';
import { BatchAssembler } from './batch.assembler.ts';
import { confirmable, storesIdlePosition } from './confirm.policy.ts';
import { NO_LSN, type Lsn } from './lsn.ts';
import { comparePositions } from './position.ts';
import { rowsToSkip } from './restart.policy.ts';

/**
 * The policies together against a model of server and Kafka: random transactions and keepalives, and a crash of the
 * publisher after any step. Kafka's transaction makes records and position appear together; confirming comes later or never.
 */
type Item = { readonly rows: number; readonly gap: number } | { readonly keepalive: number };
interface Committed {
  readonly commitLsn: Lsn;
  readonly endLsn: Lsn;
  readonly rows: string[];
}
type Sent = { readonly transaction: Committed } | { readonly keepalive: Lsn };

/** The WAL: each transaction's commit record begins at or after the end of the one before. */
function walOf(items: readonly Item[]): Sent[] {
  let at = 1000n;
  return items.map((item, index) => {
    if ('keepalive' in item) {
      at += BigInt(item.keepalive);
      return { keepalive: at };
    }
    const commitLsn = at + BigInt(item.gap);
    at = commitLsn + 40n;
    const rows = Array.from({ length: item.rows }, (_, row) => `${index}.${row}`);
    return { transaction: { commitLsn, endLsn: at, rows } };
  });
}

class World {
  readonly kafka: string[] = [];
  position = { lsn: 1000n, ordinal: 0 };
  confirmedFlush: Lsn = 1000n;
  steps = 0;
  readonly wal: Sent[];

  constructor(wal: Sent[]) {
    this.wal = wal;
  }

  /** One life of the publisher: ends at the end of the WAL, or by a crash after `crashAfter` steps. */
  live(options: {
    readonly crashAfter: number;
    readonly produceEvery: number;
    readonly limits: [number, number];
  }): void {
    const assembler = new BatchAssembler<string>({ bytes: options.limits[0], records: options.limits[1] });
    const start = this.position;
    let confirmed = NO_LSN;
    let frames = 0;
    let steps = 0;
    const alive = (): boolean => {
      steps += 1;
      this.steps += 1;
      return steps <= options.crashAfter;
    };
    const produce = (): boolean => {
      for (let batch = assembler.take(); batch !== undefined; batch = assembler.take()) {
        if (!alive()) return false;
        if (comparePositions(batch.position, this.position) <= 0) throw new Error('position went back');
        this.kafka.push(...batch.records);
        this.position = batch.position;
        if (!alive()) return false;
        confirmed = confirmable(confirmed, this.position.lsn);
        if (confirmed > this.confirmedFlush) this.confirmedFlush = confirmed;
      }
      return true;
    };
    const frame = (): boolean => {
      frames += 1;
      return alive() && (frames % options.produceEvery !== 0 || produce());
    };
    for (const sent of this.#sentAgain()) {
      if ('keepalive' in sent) {
        if (!frame()) return;
        const idle = {
          keepalive: sent.keepalive,
          stored: this.position.lsn,
          insideTransaction: assembler.insideTransaction,
          busy: !assembler.isEmpty,
          replyRequested: true,
          msSinceStored: 0,
          intervalMs: 0,
        };
        if (storesIdlePosition(idle)) this.position = { lsn: sent.keepalive, ordinal: 0 };
        continue;
      }
      const { commitLsn, endLsn, rows } = sent.transaction;
      assembler.begin(commitLsn, rowsToSkip(start, commitLsn));
      for (const row of rows) {
        if (assembler.row()) assembler.add(row, 10 + (row.length % 7));
        if (!frame()) return;
      }
      assembler.commit(endLsn);
      if (!frame()) return;
    }
    produce();
  }

  /** The server starts at the confirmed flush, whatever is asked for below it. */
  #sentAgain(): Sent[] {
    return this.wal.filter(
      (sent) => ('transaction' in sent ? sent.transaction.commitLsn : sent.keepalive) >= this.confirmedFlush,
    );
  }
}

const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ rows: fc.nat(9), gap: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ keepalive: fc.nat(50) }) },
);
const limits = fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 6 }));

describe('restart, batches and confirmations together', () => {
  it('store every row once and in commit order, wherever the publisher crashes', () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 25 }),
        fc.array(fc.record({ crashAfter: fc.nat(60), produceEvery: fc.integer({ min: 1, max: 12 }), limits }), {
          maxLength: 6,
        }),
        limits,
        (items, crashes, lastLimits) => {
          const world = new World(walOf(items));
          for (const crash of crashes) world.live(crash);
          world.live({ crashAfter: Number.POSITIVE_INFINITY, produceEvery: 3, limits: lastLimits });
          expect(world.kafka).toEqual(
            world.wal.flatMap((sent) => ('transaction' in sent ? sent.transaction.rows : [])),
          );
          expect(world.confirmedFlush <= world.position.lsn).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
