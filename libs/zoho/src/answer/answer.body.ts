import type { Json } from '#contracts';

export type Body =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json'; readonly value: Json }
  /** No JSON: an HTML page, a cut text, bytes that are no UTF-8. */
  | { readonly kind: 'unreadable' };

/** Reads an answer's bytes. The content type is not asked: what counts is whether the text is whole JSON. */
export function readBody(bytes: Uint8Array): Body {
  if (bytes.byteLength === 0) return { kind: 'empty' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'json', value: JSON.parse(text) as Json };
  } catch {
    return { kind: 'unreadable' };
  }
}
