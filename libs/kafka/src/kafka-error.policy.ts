import { CausewayError, isCausewayError, type ErrorCode } from '#contracts';

/** Protocol errors by the names of Kafka's own table (org.apache.kafka.common.protocol.Errors). */
const CODES: readonly (readonly [ErrorCode, ReadonlySet<string>])[] = [
  [
    'PUBLISHER_FENCED',
    new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE']),
  ],
  [
    'KAFKA_ACCESS_DENIED',
    new Set([
      'TOPIC_AUTHORIZATION_FAILED',
      'GROUP_AUTHORIZATION_FAILED',
      'CLUSTER_AUTHORIZATION_FAILED',
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
      'SASL_AUTHENTICATION_FAILED',
      'UNSUPPORTED_SASL_MECHANISM',
      'PLT_KFK_AUTHENTICATION',
      'KafkaJSSASLAuthenticationError',
    ]),
  ],
  [
    'BATCH_REFUSED',
    new Set([
      'MESSAGE_TOO_LARGE',
      'RECORD_LIST_TOO_LARGE',
      'INVALID_RECORD',
      'CORRUPT_MESSAGE',
      'INVALID_TRANSACTION_TIMEOUT',
    ]),
  ],
  ['TOPIC_MISSING', new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'])],
  // Said of the other topics of a transaction when one may not be written to; kafkajs tells of whichever comes first.
  ['KAFKA_ACCESS_DENIED', new Set(['OPERATION_NOT_ATTEMPTED'])],
];

/** kafkajs does not know the newest errors by name: PRODUCER_FENCED is 90. */
const PRODUCER_FENCED = /unknown error code 90\b/i;
const UNKNOWN_TOPIC = /^unknown topic /i;

/**
 * What an error of either client means, as an error of the catalogue. Clients wrap: the whole chain of causes counts, and
 * the gravest finding wins. Whatever is not known better is a broker out of reach, and is tried again.
 */
export function asKafkaError(error: unknown, details: Readonly<Record<string, string | number>> = {}): CausewayError {
  if (isCausewayError(error)) return error;
  const names = new Set<string>();
  collectNames(error, { names, depth: 0 });
  const code = CODES.find(([, known]) => [...known].some((name) => names.has(name)))?.[0] ?? 'KAFKA_UNREACHABLE';
  return new CausewayError(code, { details: { ...details, reason: messageOf(error) }, cause: error });
}

/** True when the chain of an error names the protocol error. */
export function namesKafkaError(error: unknown, name: string): boolean {
  const names = new Set<string>();
  collectNames(error, { names, depth: 0 });
  return names.has(name);
}

function collectNames(error: unknown, found: { readonly names: Set<string>; readonly depth: number }): void {
  if (typeof error !== 'object' || error === null || found.depth > 6) return;
  const { apiId, type, code, name, message, cause, originalError, errors } = error as Record<string, unknown>;
  for (const candidate of [apiId, type, code, name]) if (typeof candidate === 'string') found.names.add(candidate);
  if (typeof message === 'string') {
    if (PRODUCER_FENCED.test(message)) found.names.add('PRODUCER_FENCED');
    if (UNKNOWN_TOPIC.test(message)) found.names.add('UNKNOWN_TOPIC_OR_PARTITION');
  }
  const inner = [cause, originalError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  for (const one of inner) collectNames(one, { names: found.names, depth: found.depth + 1 });
}

function messageOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String(error.message)
    : String(error);
}
