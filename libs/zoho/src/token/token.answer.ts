import { z } from 'zod';
import { readBody } from '../answer/answer.body.ts';
import { originOf } from '../data-centre.ts';
import { rejected, throttled, unavailable } from '../failure.make.ts';
import type { Exchange } from '../http/exchange.types.ts';
import type { Failure } from '../outcome.types.ts';

/** A token as the endpoint gave it. `life` in milliseconds. */
export interface IssuedToken {
  readonly kind: 'issued';
  readonly accessToken: string;
  readonly apiDomain: string;
  readonly life: number;
}

/** Why there is no token. */
export interface NotIssued {
  readonly kind: 'not_issued';
  readonly failure: Failure;
  /** Whether the endpoint may have counted the try towards ten in ten minutes. */
  readonly counted: boolean;
}

const issuedSchema = z.looseObject({
  access_token: z.string().min(1),
  api_domain: z.string(),
  expires_in: z.number().positive(),
  expires_in_sec: z.number().positive().optional(),
});
const refusedSchema = z.looseObject({ error: z.string(), error_description: z.string().optional() });

/**
 * Reads the token endpoint's answer by its body: most failures come with HTTP 200, and sources disagree on the status
 * of the lock-out (reference 1.3). Asking for a token changes nothing that has to be settled, so nothing is unknown.
 */
export function classifyTokenAnswer(exchange: Exchange, allowed: ReadonlySet<string>): IssuedToken | NotIssued {
  const result = classify(exchange, allowed);
  if (result.kind === 'issued') return result;
  return { kind: 'not_issued', failure: result, counted: exchange.kind !== 'not_sent' };
}

function classify(exchange: Exchange, allowed: ReadonlySet<string>): IssuedToken | Failure {
  if (exchange.kind !== 'answer') return unavailable(exchange.reason);
  const body = readBody(exchange.body);
  if (exchange.status === 429) return throttled('TOKENS_REFUSED', { cause: 'tokens' });
  if (body.kind !== 'json') return unreadable(exchange.status);
  const issued = issuedSchema.safeParse(body.value);
  if (issued.success && exchange.status < 300) return accept(issued.data, allowed);
  const refused = refusedSchema.safeParse(body.value);
  return refused.success ? classifyRefusal(refused.data) : unreadable(exchange.status);
}

function accept(answer: z.infer<typeof issuedSchema>, allowed: ReadonlySet<string>): IssuedToken | Failure {
  const origin = originOf(answer.api_domain);
  if (origin === null || !allowed.has(origin)) {
    return rejected('API_DOMAIN_FORBIDDEN', { code: 'CRM_API_DOMAIN_FORBIDDEN', concerns: 'connection' });
  }
  // An old quirk that Zoho's own SDK handles: beside expires_in_sec, expires_in is in milliseconds (reference 1.2).
  const life = answer.expires_in_sec === undefined ? answer.expires_in * 1000 : answer.expires_in_sec * 1000;
  return { kind: 'issued', accessToken: answer.access_token, apiDomain: origin, life };
}

function classifyRefusal(answer: z.infer<typeof refusedSchema>): Failure {
  const error = answer.error.toLowerCase();
  const concerns = 'connection';
  switch (error) {
    case 'invalid_code':
      return rejected('invalid_code', { code: 'CRM_GRANT_REVOKED', concerns });
    case 'invalid_client':
    case 'invalid_client_secret':
      return rejected(error, { code: 'CRM_CLIENT_INVALID', concerns });
    case 'access denied':
    case 'access_denied':
      return throttled('TOKENS_REFUSED', { cause: 'tokens' });
    default:
      // Localised or new: the endpoint is asked again later, within the ten in ten minutes.
      return unavailable('TOKEN_REFUSED');
  }
}

function unreadable(status: number): Failure {
  if (status >= 500) return unavailable(`HTTP_${status}`);
  return unavailable(`TOKEN_ANSWER_UNREADABLE (HTTP ${status})`, 'CRM_ANSWER_UNREADABLE');
}
