import { CausewayError, isCausewayError, tlsFailureOf, tlsReasonOf, type ErrorCode, type TlsFailure } from '#contracts';

/** What an error of either client says, and the setting that it is about where there is one. */
interface Finding {
  readonly code: ErrorCode;
  readonly setting?: string;
}

/** Protocol errors by the names of Kafka's own table (org.apache.kafka.common.protocol.Errors); the gravest first. */
const FINDINGS: readonly (readonly [Finding, ReadonlySet<string>])[] = [
  [
    { code: 'PUBLISHER_FENCED' },
    new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE']),
  ],
  [
    { code: 'KAFKA_ACCESS_DENIED', setting: 'CAUSEWAY_KAFKA_SASL_MECHANISM' },
    new Set(['UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE']),
  ],
  [
    { code: 'KAFKA_ACCESS_DENIED', setting: 'CAUSEWAY_KAFKA_USERNAME, CAUSEWAY_KAFKA_PASSWORD or the token' },
    new Set(['SASL_AUTHENTICATION_FAILED', 'PLT_KFK_AUTHENTICATION', 'KafkaJSSASLAuthenticationError']),
  ],
  [
    { code: 'KAFKA_ACCESS_DENIED' },
    new Set([
      'TOPIC_AUTHORIZATION_FAILED',
      'GROUP_AUTHORIZATION_FAILED',
      'CLUSTER_AUTHORIZATION_FAILED',
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    ]),
  ],
  [
    { code: 'BATCH_REFUSED' },
    new Set([
      'MESSAGE_TOO_LARGE',
      'RECORD_LIST_TOO_LARGE',
      'INVALID_RECORD',
      'CORRUPT_MESSAGE',
      'INVALID_TRANSACTION_TIMEOUT',
    ]),
  ],
  [{ code: 'TOPIC_MISSING' }, new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'])],
  // Said of the other topics of a transaction when one may not be written to; kafkajs tells of whichever comes first.
  [{ code: 'KAFKA_ACCESS_DENIED' }, new Set(['OPERATION_NOT_ATTEMPTED'])],
];

const TLS_SETTING: Readonly<Record<TlsFailure, string>> = {
  'server certificate': 'CAUSEWAY_KAFKA_CA_FILE',
  'server name': 'CAUSEWAY_KAFKA_BROKERS',
  'client certificate': 'CAUSEWAY_KAFKA_CERT_FILE',
  protocol: 'CAUSEWAY_KAFKA_TLS',
};
/** What @platformatic/kafka says of a broker that answers a request in plain text with TLS. */
const WANTS_TLS = 'Broker requires TLS.';
/** kafkajs does not know the newest errors by name: PRODUCER_FENCED is 90. */
const PRODUCER_FENCED = /unknown error code 90\b/i;
const UNKNOWN_TOPIC = /^unknown topic /i;

/** Those that stay until somebody corrects a setting. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['KAFKA_ACCESS_DENIED', 'KAFKA_TLS_REFUSED']);

/**
 * What an error of either client means, as an error of the catalogue. Clients wrap: the whole chain of causes counts, and
 * the gravest finding wins. Whatever is not known better is a broker out of reach, and is tried again.
 */
export function asKafkaError(error: unknown, details: Readonly<Record<string, string | number>> = {}): CausewayError {
  const said = sayingsOf(error);
  // Ours, from within a client: of a source of tokens.
  if (said.ours !== undefined) return said.ours;
  const found = judge(said);
  const { code, setting } = found ?? { code: 'KAFKA_UNREACHABLE' as const, setting: undefined };
  const reason = found?.reason ?? messageOf(error);
  return new CausewayError(code, { details: { ...details, setting: setting ?? null, reason }, cause: error });
}

/** True for an error that would come again however often the client tries: a certificate, a password, a right. */
export function isRefusal(error: unknown): boolean {
  const said = sayingsOf(error);
  const code = said.ours?.code ?? judge(said)?.code;
  return code !== undefined && REFUSALS.has(code);
}

/** True when the chain of an error names the protocol error. */
export function namesKafkaError(error: unknown, name: string): boolean {
  return sayingsOf(error).reasons.has(name);
}

interface Sayings {
  /** Name or code of each error in the chain -> what that one says. */
  readonly reasons: Map<string, string>;
  ours: CausewayError | undefined;
}

function judge({ reasons }: Sayings): (Finding & { readonly reason: string }) | undefined {
  const [fenced, ...others] = FINDINGS.map(([finding, names]) => {
    const name = [...names].find((one) => reasons.has(one));
    return name === undefined ? undefined : { ...finding, reason: reasons.get(name) ?? name };
  });
  return fenced ?? tlsFinding(reasons) ?? others.find((one) => one !== undefined);
}

function tlsFinding(reasons: Sayings['reasons']): (Finding & { readonly reason: string }) | undefined {
  for (const [name, reason] of reasons) {
    const failure = reason === WANTS_TLS ? 'protocol' : tlsFailureOf(name);
    if (failure !== undefined)
      return { code: 'KAFKA_TLS_REFUSED', setting: TLS_SETTING[failure], reason: tlsReasonOf(reason) };
  }
  return undefined;
}

function sayingsOf(error: unknown): Sayings {
  const said: Sayings = { reasons: new Map(), ours: undefined };
  collect(error, { said, depth: 0 });
  return said;
}

function collect(error: unknown, { said, depth }: { readonly said: Sayings; readonly depth: number }): void {
  if (typeof error !== 'object' || error === null || depth > 8) return;
  if (isCausewayError(error)) {
    said.ours ??= error;
    return;
  }
  const given = error as Record<string, unknown>;
  const { message, serverErrorMessage, cause, originalError, errors } = given;
  const reason =
    typeof serverErrorMessage === 'string' && serverErrorMessage !== '' ? serverErrorMessage : messageOf(error);
  for (const name of ['apiId', 'type', 'code', 'name'].map((key) => given[key]))
    // What lies deeper knows better what happened.
    if (typeof name === 'string') said.reasons.set(name, reason);
  if (typeof message === 'string') {
    if (PRODUCER_FENCED.test(message)) said.reasons.set('PRODUCER_FENCED', message);
    if (UNKNOWN_TOPIC.test(message)) said.reasons.set('UNKNOWN_TOPIC_OR_PARTITION', message);
  }
  const inner = [cause, originalError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  for (const one of inner) collect(one, { said, depth: depth + 1 });
}

function messageOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String(error.message)
    : String(error);
}
