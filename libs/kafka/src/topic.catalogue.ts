import { DEFAULT_MAX_MESSAGE_BYTES } from './producer.port.ts';
import type { TopicAdmin, TopicDeclaration, TopicState } from './topic.admin.ts';

/** Settings of the positions topic: only the newest record of a slot counts, and small segments are cleaned soon. */
export const POSITIONS_SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(16 * 1024 * 1024),
  'min.cleanable.dirty.ratio': '0.1',
};

/** Topics that records go to: declared once, outside of any transaction, then known without asking. */
export class TopicCatalogue {
  readonly #admin: Pick<TopicAdmin, 'ensure'>;
  readonly #known = new Map<string, TopicState>();

  constructor(admin: Pick<TopicAdmin, 'ensure'>) {
    this.#admin = admin;
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
    const state = await this.#admin.ensure(declaration);
    this.#known.set(declaration.topic, state);
    return state;
  }
}
