import type { Answer } from '../answers/answer.ts';
import type { ScopeNeed } from '../oauth/scopes.ts';
import type { Org } from '../org/org.ts';
import type { User } from '../org/user.store.ts';

/** A request that passed the gates. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  /** What came, for calls that take no JSON. */
  readonly bytes?: Buffer | undefined;
  /** The user whose token it carries. */
  readonly user: User;
}

/** One call of the API: everything about it stands in one place. */
export interface Call {
  /** Name by which faults and the call log know it, such as `records.upsert`. */
  readonly kind: string;
  readonly method: string;
  /** `/crm/v8/:module/:id` */
  readonly path: string;
  readonly needs: (params: Readonly<Record<string, string>>) => readonly ScopeNeed[];
  /** Credits; 1 unless said otherwise (reference 5.1). */
  readonly credits?: (request: Pick<ApiRequest, 'body' | 'query'>) => number;
  /** Whether it counts against the lower limit of calls at once (reference 5.2). */
  readonly heavy?: (request: Pick<ApiRequest, 'body' | 'query'>) => boolean;
  /** Its body is no JSON and stays as it came. */
  readonly binary?: true;
  readonly run: (request: ApiRequest, org: Org) => Answer;
}

export function header(request: Pick<ApiRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
