import { CausewayError } from '#contracts';
import { asKafkaError, isRefusal } from './kafka-error.policy.ts';

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
    [
      'wrong password, wrapped into a connection that failed',
      new AggregateError([named({ code: 'PLT_KFK_NETWORK', cause: named({ code: 'PLT_KFK_AUTHENTICATION' }) })]),
      'KAFKA_ACCESS_DENIED',
    ],
    [
      'a wrong authority',
      named({ code: 'PLT_KFK_NETWORK', cause: named({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }) }),
      'KAFKA_TLS_REFUSED',
    ],
    [
      'a wrong authority, kafkajs',
      named({ name: 'KafkaJSConnectionError', code: 'CERT_HAS_EXPIRED' }),
      'KAFKA_TLS_REFUSED',
    ],
    [
      'plain text where TLS is wanted',
      Object.assign(new Error('Broker requires TLS.'), { code: 'PLT_KFK_USER' }),
      'KAFKA_TLS_REFUSED',
    ],
    [
      'one of ours, from a source of tokens',
      named({ cause: new CausewayError('KAFKA_ACCESS_DENIED') }),
      'KAFKA_ACCESS_DENIED',
    ],
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

describe('what stays until somebody corrects a setting', () => {
  it.each([
    [named({ code: 'PLT_KFK_AUTHENTICATION' }), true],
    [named({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }), true],
    [named({ type: 'TOPIC_AUTHORIZATION_FAILED' }), true],
    [named({ cause: new CausewayError('KAFKA_ACCESS_DENIED') }), true],
    [named({ cause: new CausewayError('KAFKA_UNREACHABLE') }), false],
    [named({ code: 'ECONNREFUSED' }), false],
    [named({ apiId: 'CONCURRENT_TRANSACTIONS' }), false],
  ])('%j: %s', (error, stays) => {
    expect(isRefusal(error)).toBe(stays);
  });

  it('names the setting and what the broker said', () => {
    const said = named({ apiId: 'SASL_AUTHENTICATION_FAILED', serverErrorMessage: 'Invalid username or password' });
    const error = asKafkaError(new AggregateError([named({ code: 'PLT_KFK_NETWORK', cause: said })]), {
      broker: 'a:1',
    });
    expect(error.details).toEqual({
      broker: 'a:1',
      setting: 'CAUSEWAY_KAFKA_USERNAME, CAUSEWAY_KAFKA_PASSWORD or the token',
      reason: 'Invalid username or password',
    });
  });
});
