import { BaseRpcContext } from '@nestjs/microservices';
import type { Headers } from '#contracts';

/** A Kafka record as a batch handler sees it. */
export interface BatchRecord {
  readonly topic: string;
  readonly partition: number;
  /** 64-bit, therefore text. */
  readonly offset: string;
  /** Milliseconds since the epoch, as the broker or producer stamped it. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** The records of one partition from one poll, in offset order. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly BatchRecord[];
}

/** What `@Ctx()` gives a batch handler. */
export class BatchContext extends BaseRpcContext<[RecordBatch]> {
  getBatch(): RecordBatch {
    return this.getArgByIndex(0);
  }
}
