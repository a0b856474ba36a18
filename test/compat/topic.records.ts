import { Admin } from '@platformatic/kafka';
import { readTail, type TailRecord } from '#kafka';

export type TopicRecord = TailRecord;

const CLIENT_ID = 'causeway-compat';

/** Reads topics whole, again and again; what is in an aborted or open transaction is not there. */
export class TopicRecords implements AsyncDisposable {
  readonly #admin: Admin;
  readonly #brokers: readonly string[];

  constructor(brokers: readonly string[]) {
    this.#brokers = brokers;
    this.#admin = new Admin({ clientId: CLIENT_ID, bootstrapBrokers: [...brokers] });
  }

  /**
   * All committed records of the topics that begin so, in order of topic, partition and offset; names without the prefix. Null while a
   * transaction is open: its commit reaches one partition after the other.
   */
  async read(prefix: string): Promise<TopicRecord[] | null> {
    const records: TopicRecord[] = [];
    const topics = (await this.#topics(prefix)).toSorted();
    const options = { brokers: this.#brokers, clientId: CLIENT_ID, topics, since: 0 };
    const { isOpen } = await readTail(options, (record) =>
      records.push({ ...record, topic: record.topic.slice(prefix.length) }),
    );
    return isOpen ? null : records;
  }

  async deleteTopics(prefix: string): Promise<void> {
    const topics = await this.#topics(prefix);
    if (topics.length > 0) await this.#admin.deleteTopics({ topics });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.close();
  }

  async #topics(prefix: string): Promise<string[]> {
    return (await this.#admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  }
}
