import {
  Producer,
  UnsupportedApiError,
  Writer,
  createAPI,
  groupByProperty,
  kGetApi,
  produceV10,
  produceV11,
  produceV9,
  type API,
  type Callback,
  type ProduceOptions,
} from '@platformatic/kafka';

/** What goes through the client in place of a message: one partition's record batch, encoded already. */
export interface EncodedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly value: Buffer;
}

type Options = Pick<ProduceOptions<Buffer, Buffer, Buffer, Buffer>, never> & { readonly transactionalId?: string };

/** Versions of one form; older brokers than Kafka 2.8 do not know them, newer ones still do. */
const ANSWERS: Readonly<Record<number, typeof produceV11.parseResponse>> = {
  9: produceV9.parseResponse,
  10: produceV10.parseResponse,
  11: produceV11.parseResponse,
};
const PRODUCE_KEY = 0;

/**
 * The client's producer with one request changed: Produce sends record batches that `encodeRecordBatch` made. Connections, retries,
 * leaders, coordinator and transactions stay the client's. (`kGetApi` is exported by it and version-pinned; the conformance
 * suite would notice a change.)
 */
export class EncodedProducer extends Producer {
  override [kGetApi]<Arguments extends unknown[], Answer>(
    name: string,
    callback: Callback<API<Arguments, Answer>>,
  ): void {
    super[kGetApi]<Arguments, Answer>(name, (error, api) => {
      if (error !== null || api === undefined || name !== 'Produce') return callback(error, api);
      const parse = ANSWERS[api.version];
      if (parse === undefined)
        return callback(new UnsupportedApiError(`Produce version ${api.version} is not supported`));
      return callback(
        null,
        createAPI(PRODUCE_KEY, api.version, produceRequest, parse) as unknown as API<Arguments, Answer>,
      );
    });
  }
}

/** Produce request, versions 9 to 11 (Kafka protocol guide). */
// oxlint-disable-next-line max-params -- the client calls it so
function produceRequest(acks: number, timeout: number, batches: EncodedBatch[], { transactionalId }: Options): Writer {
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(acks)
    .appendInt32(timeout)
    .appendArray(groupByProperty(batches, 'topic'), (topics, [topic, ofTopic]) => {
      topics.appendString(String(topic)).appendArray(ofTopic, (partitions, { partition, value }) => {
        partitions
          .appendInt32(partition)
          .appendUnsignedVarInt(value.length + 1)
          .append(value);
      });
    })
    .appendTaggedFields();
}
