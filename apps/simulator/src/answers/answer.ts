/** What goes back over the wire: a status, a JSON body (none for 204 and 304; bytes are a file) and further headers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The error object of the CRM's API; it stands bare as the whole body, or inside `data[]` and its like. */
export interface ErrorBody {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly status: 'error';
}

export function errorBody(code: string, message: string, details: Readonly<Record<string, unknown>> = {}): ErrorBody {
  return { code, details, message, status: 'error' };
}

/** Thrown by a call that ends with a bare error; the pipeline sends its answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, body: ErrorBody) {
    super(body.code);
    this.answer = { status, body };
  }
}

/** Nothing found: 204 without a body (reference, fact 4). */
export const EMPTY: Answer = { status: 204 };

export const NOT_MODIFIED: Answer = { status: 304 };
