import type { Headers } from '#contracts';

/** A Kafka record as far as the engine needs it; what a consumer hands over, and what is kept of one that is set aside. */
export interface EventRecord {
  readonly topic: string;
  readonly partition: number;
  /** 64-bit, therefore text. */
  readonly offset: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}
