import type { Json } from '#contracts';
import type { Exchange } from '../http/exchange.types.ts';

/** An answer as the transport hands it on, for specs. */
export function answer(status: number, body: Json | string | Uint8Array | undefined, headers = {}): Exchange {
  return { kind: 'answer', status, headers, body: bytesOf(body) };
}

function bytesOf(body: Json | string | Uint8Array | undefined): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** An accepted item of a record write (reference 2.1, 2.3). */
export function accepted(id: string, rest: { [key: string]: Json } = {}): { [key: string]: Json } {
  return {
    code: 'SUCCESS',
    details: {
      Modified_Time: '2026-03-02T10:11:12+01:00',
      Modified_By: { name: 'Sync User', id: '5000000000000001' },
      Created_Time: '2026-03-02T10:11:12+01:00',
      id,
      Created_By: { name: 'Sync User', id: '5000000000000001' },
    },
    message: 'record added',
    status: 'success',
    ...rest,
  };
}

/** A refusal, bare or as an item (reference 6). */
export function refused(code: string, details: { [key: string]: Json } = {}, message = 'invalid data') {
  return { code, details, message, status: 'error' };
}
