import type { ProducerRecord } from '#kafka';
import type { Batch, LogicalMessage, Lsn, Relation, Row, RowUpdate } from '#replication';
import { until } from '#testing';
import { BatchPump, type PumpOptions } from './batch.pump.ts';
import type { MessageMeaning } from './message.intake.ts';

interface Driven {
  readonly pump: BatchPump;
  /** What was asked of the stream and of Kafka, in order. */
  readonly calls: string[];
  /** Lets the transaction under way succeed, or fail. */
  readonly settle: (error?: Error) => Promise<void>;
  readonly transaction: (at: Lsn, rows: number) => void;
}

const row = {} as Row;
const update = (rekeyed: Row | undefined): RowUpdate => ({ relation: {} as Relation, rekeyed, oldKey: undefined });
const RECORD = { topic: 't', partition: 0, key: null, value: null, headers: new Map<string, Buffer>(), bytes: 10 };
const describeBatch = ({ records, position }: Batch<ProducerRecord>): string =>
  `${records.length}@${position.lsn}.${position.ordinal}`;

/** A pump whose Kafka answers when the test says so. */
function drive(change: Partial<PumpOptions> = {}): Driven {
  const calls: string[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const pump = new BatchPump({
    start: { lsn: 100n, ordinal: 0 },
    publishes: () => true,
    encode: () => RECORD,
    limits: { batchBytes: 50, batchRows: 100, pendingBytes: 100 },
    idleIntervalMs: 0,
    stream: {
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
      confirm: (lsn) => calls.push(`confirm ${lsn}`),
    },
    store: (batch) => {
      calls.push(`store ${describeBatch(batch)}`);
      const answer = Promise.withResolvers<void>();
      waiting.push(answer);
      return answer.promise;
    },
    onStored: () => undefined,
    ...change,
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    pump,
    calls,
    settle: async (error) => {
      await turn();
      const answer = waiting.shift();
      if (error === undefined) answer?.resolve();
      else answer?.reject(error);
      await turn();
    },
    transaction: (at, rows) => {
      pump.begin({ commitLsn: at });
      for (let index = 0; index < rows; index += 1) pump.insert(row);
      pump.commit(at + 10n);
    },
  };
}

describe('batch pump', () => {
  it('sends a lone event at once, and confirms it only when it is stored', async () => {
    const { transaction, settle, calls } = drive();
    transaction(100n, 1);
    await settle();
    expect(calls).toEqual(['store 1@110.0', 'confirm 110']);
  });

  it('reads on while a batch is produced, and sends what came meanwhile as one', async () => {
    const { transaction, settle, calls, pump } = drive();
    transaction(100n, 1);
    await settle();
    transaction(110n, 1);
    await new Promise((resolve) => setImmediate(resolve));
    transaction(120n, 1);
    transaction(130n, 1);
    expect(pump.pendingBytes).toBe(30);
    await settle();
    await settle();
    expect(calls.filter((call) => call.startsWith('store'))).toEqual([
      'store 1@110.0',
      'store 1@120.0',
      'store 2@140.0',
    ]);
    expect(pump.pendingBytes).toBe(0);
  });

  it('collects while Kafka would put a batch off', async () => {
    const rests = [0, 300];
    const { transaction, settle, calls } = drive({ restMs: () => rests.shift() ?? 0 });
    transaction(100n, 1);
    await settle();
    transaction(110n, 1);
    await new Promise((resolve) => setImmediate(resolve));
    // It would have to wait for the batch behind, had that before it been taken.
    transaction(120n, 1);
    await until(() => calls.length > 2, { what: 'the second batch' });
    expect(calls).toEqual(['store 1@110.0', 'confirm 110', 'store 2@130.0']);
  });

  it('does not wait with a batch that takes no more rows, nor to stop', async () => {
    const { pump, transaction, settle, calls } = drive({ restMs: () => 60_000 });
    transaction(100n, 6);
    await settle();
    expect(calls).toEqual(['store 5@100.5', 'confirm 100']);
    await pump.stop();
    expect(calls).toHaveLength(2);
  });

  it('counts an update that publishes a row like an insert, and no other', async () => {
    const { pump, settle, calls } = drive({ onUpdate: ({ rekeyed }) => rekeyed });
    pump.begin({ commitLsn: 100n });
    pump.update(update(undefined));
    pump.update(update(row));
    pump.insert(row);
    pump.commit(110n);
    await settle();
    expect(calls).toEqual(['store 2@110.0', 'confirm 110']);
  });

  it('stores what came before an update that stops it, and nothing behind', async () => {
    const stops = new Error('fatal');
    const { pump, settle, calls, transaction } = drive({
      onUpdate: () => {
        throw stops;
      },
    });
    transaction(100n, 2);
    pump.begin({ commitLsn: 110n });
    pump.update(update(undefined));
    pump.commit(120n);
    transaction(120n, 1);
    pump.keepalive({ walEnd: 200n, replyRequested: true });
    await settle();
    expect(await pump.failed).toBe(stops);
    expect(calls).toEqual(['store 2@110.0', 'confirm 110']);
  });

  it('takes all that one read of the socket brought as one batch', async () => {
    const { transaction, settle, calls } = drive();
    for (const at of [100n, 110n, 120n]) transaction(at, 1);
    await settle();
    expect(calls).toEqual(['store 3@130.0', 'confirm 130']);
  });

  it('pauses above its limit and goes on at half of it; a transaction larger than that is split', async () => {
    const { pump, settle, calls } = drive();
    pump.begin({ commitLsn: 100n });
    for (let index = 0; index < 11; index += 1) pump.insert(row);
    expect(pump.isPaused).toBe(true);
    await settle();
    await settle();
    expect(calls).toEqual(['pause', 'store 5@100.5', 'confirm 100', 'store 5@100.10', 'confirm 100', 'resume']);
    pump.commit(110n);
    await settle();
    expect(calls.slice(-2)).toEqual(['store 1@110.0', 'confirm 110']);
  });

  it('does not stand still when one row is larger than all the room', async () => {
    const { pump, settle, calls } = drive({ encode: () => ({ ...RECORD, bytes: 500 }) });
    pump.begin({ commitLsn: 100n });
    pump.insert(row);
    await settle();
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('leaves out what Kafka holds already', async () => {
    const { transaction, settle, calls } = drive({ start: { lsn: 110n, ordinal: 2 } });
    transaction(100n, 3);
    transaction(110n, 3);
    transaction(120n, 1);
    await settle();
    expect(calls).toEqual(['store 2@130.0', 'confirm 130']);
  });

  it('does not count rows of other tables', async () => {
    let outbox = false;
    const { transaction, settle, calls } = drive({
      publishes: () => (outbox = !outbox),
      start: { lsn: 100n, ordinal: 1 },
    });
    transaction(100n, 4);
    await settle();
    expect(calls[0]).toBe('store 1@110.0');
  });

  it('stores the position of a quiet database, but none inside a transaction', async () => {
    const { pump, settle, calls, transaction } = drive();
    pump.keepalive({ walEnd: 150n, replyRequested: false });
    await settle();
    expect(calls).toEqual(['store 0@150.0', 'confirm 150']);
    pump.begin({ commitLsn: 160n });
    pump.keepalive({ walEnd: 155n, replyRequested: true });
    await settle();
    expect(calls).toHaveLength(2);
    pump.commit(170n);
    transaction(180n, 1);
    await settle();
    expect(calls.at(-1)).toBe('confirm 190');
  });

  it('waits for its time with idle positions', async () => {
    const { pump, settle, calls } = drive({ idleIntervalMs: 60_000 });
    pump.keepalive({ walEnd: 150n, replyRequested: false });
    await settle();
    expect(calls).toEqual([]);
  });

  it('ends at the first failure: nothing more is stored or confirmed', async () => {
    const { transaction, settle, calls, pump } = drive();
    transaction(100n, 1);
    await settle(new Error('no broker'));
    transaction(110n, 1);
    await settle();
    expect(calls).toEqual(['store 1@110.0']);
    expect(await pump.failed).toMatchObject({ message: 'no broker' });
  });

  it('waits for the batch under way when it is stopped, and takes no other', async () => {
    const { transaction, settle, calls, pump } = drive();
    transaction(100n, 1);
    await new Promise((resolve) => setImmediate(resolve));
    transaction(110n, 1);
    const stopped = pump.stop();
    await settle();
    await stopped;
    expect(calls).toEqual(['store 1@110.0', 'confirm 110']);
  });
});

describe('logical messages', () => {
  const message = (meaning: string, lsn = 0n): LogicalMessage => ({
    transactional: true,
    lsn,
    prefix: meaning,
    content: Buffer.from('x'),
  });
  /** The prefix says what the message means. */
  const messages = { judge: ({ prefix }: LogicalMessage) => prefix as MessageMeaning, encode: () => RECORD };

  it('of ours count as rows: the first ones of a split transaction are skipped after a restart', async () => {
    const { pump, calls } = drive({ messages, start: { lsn: 200n, ordinal: 2 } });
    pump.begin({ commitLsn: 200n });
    pump.message(message('row'));
    pump.insert(row);
    pump.message(message('foreign'));
    pump.message(message('row'));
    pump.message(message('refused'));
    pump.insert(row);
    pump.commit(210n);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['store 2@210.0']);
  });

  it('that are heartbeats give a position to be stored at once, between transactions and with nothing in flight', async () => {
    const { pump, calls, settle, transaction } = drive({ messages, idleIntervalMs: 3_600_000 });
    pump.keepalive({ walEnd: 150n, replyRequested: false });
    pump.message(message('position', 160n));
    await settle();
    expect(calls).toEqual(['store 0@160.0', 'confirm 160']);
    transaction(170n, 1);
    pump.message(message('position', 300n));
    await settle();
    await settle();
    expect(calls.slice(2)).toEqual(['store 1@180.0', 'confirm 180', 'store 0@300.0', 'confirm 300']);
  });
});
