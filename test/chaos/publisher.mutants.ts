import { PRODUCER_CLIENTS, createTransactionalProducer, type ProducerRecord, type TransactionalProducer } from '#kafka';
import { createLogger } from '#observability';
import { ReplicationStream } from '#replication';

/**
 * Publishers with one promise broken, to test the campaign itself. Preloaded by `--import`, this changes the ports that the publisher is
 * built on, so that the mutant is the real program but for that.
 */
export const MUTANT_VARIABLE = 'CHAOS_MUTANT';

const mutants = {
  /** Confirms what was read, before Kafka holds it. */
  'early-confirm': () => {
    const open = ReplicationStream.open.bind(ReplicationStream);
    ReplicationStream.open = async (options) => {
      const { sink } = options;
      let stream: ReplicationStream | undefined;
      const eager: typeof sink = {
        begin: (transaction) => sink.begin(transaction),
        insert: (row) => sink.insert(row),
        commit: (endLsn) => {
          sink.commit(endLsn);
          stream?.confirm(endLsn);
        },
        keepalive: (keepalive) => sink.keepalive(keepalive),
        ...(sink.message === undefined ? {} : { message: sink.message.bind(sink) }),
      };
      stream = await open({ ...options, sink: eager });
      return stream;
    };
  },
  /** Leaves the position out of the batch's transaction; it follows in one of its own. */
  'skip-position': () =>
    changeTransactions(async (send, records) => {
      await send(records.filter((record) => !isPosition(record)));
      await send(records.filter(isPosition));
    }),
  /** Sends the rows of a batch in another order than they were committed in. */
  reorder: () =>
    changeTransactions((send, records) =>
      send([...records.filter((record) => !isPosition(record)).toReversed(), ...records.filter(isPosition)]),
    ),
} satisfies Record<string, () => void | Promise<void>>;

export type Mutant = keyof typeof mutants;
export const MUTANTS = Object.keys(mutants) as Mutant[];

const asked = MUTANTS.find((name) => name === process.env[MUTANT_VARIABLE]);
if (asked !== undefined) await mutants[asked]();

type Send = (records: readonly ProducerRecord[]) => Promise<void>;

const isPosition = ({ topic }: ProducerRecord): boolean => topic.endsWith('causeway.positions');

/** In both adapters. Their classes are not exported, but what makes them is. */
async function changeTransactions(
  change: (send: Send, records: readonly ProducerRecord[]) => Promise<void>,
): Promise<void> {
  const logger = createLogger({ service: 'chaos', level: 'silent' });
  for (const client of PRODUCER_CLIENTS) {
    const options = {
      brokers: ['127.0.0.1:1'],
      clientId: 'chaos',
      transactionalId: 'chaos',
      transactionTimeoutMs: 1000,
    };
    const prototype = Object.getPrototypeOf(
      await createTransactionalProducer(client, { ...options, logger }),
    ) as TransactionalProducer;
    const original: TransactionalProducer['sendTransaction'] = Reflect.get(prototype, 'sendTransaction');
    prototype.sendTransaction = function changed(this: TransactionalProducer, records): Promise<void> {
      return change((part) => Reflect.apply(original, this, [part]), records);
    };
  }
}
