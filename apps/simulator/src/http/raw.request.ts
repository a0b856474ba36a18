import { unreadable } from '../answers/errors.ts';

/** A request as it came, before anything is known about it. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body of a multipart request. */
  readonly bytes?: Buffer | undefined;
}

/** @throws Refusal `UNABLE_TO_PARSE_DATA_TYPE` when a body is there and is no JSON */
export function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

/** Parameters of a form: in the body, in the query, or in a multipart body. */
export function formParams(raw: RawRequest): Record<string, string> {
  const type = raw.headers['content-type'];
  const body =
    typeof type === 'string' && type.startsWith('multipart/') ? multipart(raw.text) : new URLSearchParams(raw.text);
  return Object.fromEntries([...raw.query, ...body]);
}

function multipart(text: string): [string, string][] {
  const parts = text.matchAll(/name="([^"]+)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*?)\r?\n--/g);
  return [...parts].map(([, name = '', value = '']) => [name, value]);
}
