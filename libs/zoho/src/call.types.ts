import type { JsonObject } from '#contracts';
import type { Reply } from './answer/answer.classify.ts';
import type { CallKind } from './credits.ts';
import type { HttpRequest } from './http/exchange.types.ts';

/** One call of the API, before it has a token and a host. */
export interface Call {
  readonly kind: CallKind;
  readonly method: HttpRequest['method'];
  /** Below `/crm/v8`, with real ids; encoded. */
  readonly path: string;
  /** The path as observers see it where the real one has an id, e.g. `/Leads/{id}`. */
  readonly shownPath?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  /** In place of a JSON body; its content type is among the headers. */
  readonly bytes?: Uint8Array;
  /** In place of `/crm/v8`: bulk jobs live elsewhere (reference 4.2). */
  readonly base?: string;
  /** Uploads go to a host of their own (reference 1.6). */
  readonly host?: 'api' | 'content';
  /** What answer is wanted, where it is not JSON. */
  readonly accept?: string;
  /** How many records the call carries or asks for. */
  readonly records: number;
}

/** Makes one call and reads its answer with `read`, a pure function. Never throws. */
export type RunCall = <T>(call: Call, read: (reply: Reply) => T) => Promise<T>;

/** What a call function needs: the runner, and how much may go into one request. */
export interface Caller {
  readonly run: RunCall;
  /** Most bytes of one request's body. */
  readonly maxBytes: number;
}
