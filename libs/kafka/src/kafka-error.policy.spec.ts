import { CausewayError } from '#contracts';
import { asKafkaError } from './kafka-error.policy.ts';

const named = (fields: object): Error => Object.assign(new Error('x'), fields);

describe('errors of the Kafka clients', () => {
  it.each([
    ['a fenced producer, platformatic', new AggregateError([named({ apiId: 'PRODUCER_FENCED' })]), 'PUBLISHER_FENCED'],
    ['a fenced producer, kafkajs', named({ type: 'INVALID_PRODUCER_EPOCH' }), 'PUBLISHER_FENCED'],
    ['a fenced producer that kafkajs has no name for', new Error('Unknown error code 90'), 'PUBLISHER_FENCED'],
    [
      'wrapped by retries',
      named({ cause: named({ originalError: named({ type: 'INVALID_PRODUCER_EPOCH' }) }) }),
      'PUBLISHER_FENCED',
    ],
    [
      'fenced after network trouble',
      new AggregateError([named({ code: 'PLT_KFK_NETWORK' }), named({ apiId: 'PRODUCER_FENCED' })]),
      'PUBLISHER_FENCED',
    ],
    ['no right to a topic', named({ type: 'TOPIC_AUTHORIZATION_FAILED' }), 'KAFKA_ACCESS_DENIED'],
    ['wrong password', named({ name: 'KafkaJSSASLAuthenticationError' }), 'KAFKA_ACCESS_DENIED'],
    ['a record too large', named({ type: 'MESSAGE_TOO_LARGE' }), 'BATCH_REFUSED'],
    ['no topic, kafkajs', named({ type: 'UNKNOWN_TOPIC_OR_PARTITION' }), 'TOPIC_MISSING'],
    ['no topic, platformatic', new Error('Unknown topic a.b.'), 'TOPIC_MISSING'],
    ['no broker', named({ code: 'ECONNREFUSED' }), 'KAFKA_UNREACHABLE'],
    ['nonsense', 'boom', 'KAFKA_UNREACHABLE'],
    ['one of ours already', new CausewayError('TOPIC_MISSING'), 'TOPIC_MISSING'],
  ])('%s', (_, error, code) => {
    expect(asKafkaError(error).code).toBe(code);
  });
});
