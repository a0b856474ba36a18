import { DEFAULT_MAX_MESSAGE_BYTES } from './producer.port.ts';
import { CausewayError } from '#contracts';
import type { TopicAdmin, TopicDeclaration, TopicState } from './topic.admin.ts';
import { topicChange } from './topic.change.policy.ts';

/** Settings of the positions topic: only the newest record of a slot counts, and small segments are cleaned soon. */
export const POSITIONS_SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(16 * 1024 * 1024),
  'min.cleanable.dirty.ratio': '0.1',
};

/** Topics that records go to: declared once, outside of any transaction, then known without asking. */
export class TopicCatalogue {
  readonly #admin: Pick<TopicAdmin, 'ensure' | 'describe'>;
  readonly #known = new Map<string, TopicState>();
  #partitions: Readonly<Record<string, number>> | undefined;

  constructor(admin: Pick<TopicAdmin, 'ensure' | 'describe'>) {
    this.#admin = admin;
  }

  /** Number of partitions of every topic that is known. */
  get partitions(): Readonly<Record<string, number>> {
    this.#partitions ??= Object.fromEntries([...this.#known].map(([topic, state]) => [topic, state.partitions]));
    return this.#partitions;
  }

  /** Undefined until `ensure` has seen the topic. */
  find(topic: string): TopicState | undefined {
    return this.#known.get(topic);
  }

  maxBatchBytes(topic: string): number {
    return this.#known.get(topic)?.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
  }

  /** @throws CausewayError `TOPIC_MISSING` */
  async ensure(declaration: TopicDeclaration): Promise<TopicState> {
    const known = this.#known.get(declaration.topic);
    if (known !== undefined) return known;
    return this.#remember(declaration.topic, await this.#admin.ensure(declaration));
  }

  /**
   * Looks again at topics that records went to before, and takes over new size limits. Creates none: what was deleted would
   * be passed over in silence.
   * @param before number of partitions of each
   * @throws CausewayError `TOPIC_MISSING` or `TOPIC_PARTITIONS_CHANGED`
   */
  async verify(before: Readonly<Record<string, number>>): Promise<void> {
    const topics = Object.entries(before);
    const states = await Promise.all(topics.map(([topic]) => this.#admin.describe(topic)));
    for (const [index, [topic, partitions]] of topics.entries()) {
      const state = states[index];
      const change = topicChange(topic, { before: partitions, now: state?.partitions });
      if (change !== undefined) throw new CausewayError(change.code, { details: change.details });
      if (state !== undefined) this.#remember(topic, state);
    }
  }

  #remember(topic: string, state: TopicState): TopicState {
    this.#known.set(topic, state);
    this.#partitions = undefined;
    return state;
  }
}
