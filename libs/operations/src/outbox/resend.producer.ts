import { TopicCatalogue, createTransactionalProducer, resendTransactionalId, type ProducerRecord } from '#kafka';
import { CLIENT_ID, kafkaOf, openTopicAdmin, quiet } from '../slot/position.side.ts';
import { slotNameOf, type SourceTarget } from '../slot/source.target.ts';
import type { FindTopic } from './outbox.record.ts';

/** Produces records again, all of a call or none. */
export interface ResendProducer extends AsyncDisposable {
  readonly findTopic: FindTopic;
  send(records: readonly ProducerRecord[]): Promise<void>;
}

/** Its transactional.id is not the publisher's, which goes on undisturbed; two resends of one slot fence each other. */
export async function openResendProducer(target: SourceTarget): Promise<ResendProducer> {
  const { topicPartitions: partitions, topicReplication: replication } = target;
  const admin = openTopicAdmin(target);
  const catalogue = new TopicCatalogue(admin);
  const producer = await createTransactionalProducer('platformatic', {
    ...kafkaOf(target),
    clientId: CLIENT_ID,
    logger: quiet(),
    transactionalId: resendTransactionalId(slotNameOf(target)),
    transactionTimeoutMs: target.transactionTimeoutMs,
    maxBatchBytes: (topic) => catalogue.maxBatchBytes(topic),
  });
  const close = async (): Promise<void> => void (await Promise.allSettled([producer.close(), admin.close()]));
  try {
    await producer.init();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    findTopic: (topic) => catalogue.ensure({ topic, partitions, replication }),
    send: (records) => producer.sendTransaction(records),
    [Symbol.asyncDispose]: close,
  };
}
