import { isIP } from 'node:net';
import type { BaseOptions, RetryDelayGetter, SASLOptions } from '@platformatic/kafka';
import { isRefusal } from '../kafka-error.policy.ts';
import type { KafkaConnection, SaslCredentials } from './kafka.connection.ts';

type Reach = Pick<BaseOptions, 'bootstrapBrokers' | 'tls' | 'tlsServerName' | 'sasl'>;

/** The part of @platformatic/kafka's options that says where the brokers are and how to be let in. Pure. */
export function platformaticConnection({ brokers, security }: KafkaConnection): Reach {
  const { tls, sasl } = security ?? {};
  return {
    bootstrapBrokers: [...brokers],
    ...(tls === undefined ? {} : { tls: { ...tls }, tlsServerName: namesAreKnown(brokers) }),
    ...(sasl === undefined ? {} : { sasl: credentialsOf(sasl) }),
  };
}

/** Only names may be told to the server beforehand, never addresses (RFC 6066, section 3); both are verified. */
function namesAreKnown(brokers: readonly string[]): boolean {
  return brokers.every((broker) => isIP(broker.replace(/:\d+$/, '').replace(/^\[(.+)\]$/, '$1')) === 0);
}

function credentialsOf(sasl: SaslCredentials): SASLOptions {
  if (sasl.mechanism !== 'OAUTHBEARER') return { ...sasl };
  return {
    mechanism: 'OAUTHBEARER',
    token: () => sasl.token(),
    // A refused token is answered without an error code: with a text where a granted one has none (RFC 7628, section 3.2.2).
    authBytesValidator: (answer, callback) => {
      if (answer.length === 0) callback(null, answer);
      else void refuse(answer, callback);
    },
  };
}

async function refuse(answer: Buffer, callback: (error: Error, answer: Buffer) => void): Promise<void> {
  const { AuthenticationError } = await import('@platformatic/kafka');
  callback(new AuthenticationError(`the broker refuses the token: ${statusOf(answer)}`), answer);
}

function statusOf(answer: Buffer): string {
  return /"status"\s*:\s*"([a-z_]{1,40})"/.exec(answer.toString())?.[1] ?? 'it gives no reason';
}

/**
 * The pause before a client tries again; it does not after a refusal. The client itself takes a wrong password, wrapped into a
 * connection that failed, for something that passes, and would log in hundreds of times: closing it is what ends its retries.
 * @param delay milliseconds, or what decides on them
 */
export function delayUnlessRefused(delay: number | RetryDelayGetter): RetryDelayGetter {
  return (...given) => {
    const [client, , , , error] = given;
    if (isRefusal(error)) setImmediate(() => void close(client));
    return typeof delay === 'number' ? delay : delay(...given);
  };
}

async function close(client: object): Promise<void> {
  // Who closes a client that is closed already is told so.
  await (client as { close(force?: boolean): Promise<void> }).close(true).catch(() => undefined);
}
