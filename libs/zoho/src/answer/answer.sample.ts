import type { Json } from '#contracts';
import type { Exchange } from '../http/exchange.types.ts';
import { readBody } from './answer.body.ts';

const MOST_CHARACTERS = 400;
const MOST_KEYS = 12;
/** Keys whose values are words of the protocol, shown if they look like one. */
const PROTOCOL_KEYS = new Set(['code', 'status', 'action']);

/**
 * The skeleton of an answer that could not be read, for a log line: JSON keeps its keys and shows each value's type
 * alone, HTML keeps the names of its first tags, anything else its length. No value of a record survives.
 */
export function sampleOf(exchange: Exchange): string {
  if (exchange.kind !== 'answer') return exchange.kind;
  const body = readBody(exchange.body);
  const size = `${exchange.body.byteLength} bytes`;
  if (body.kind === 'empty') return 'empty';
  if (body.kind === 'json')
    return `json, ${size}: ${JSON.stringify(skeleton(body.value, 4)).slice(0, MOST_CHARACTERS)}`;
  const text = new TextDecoder('utf-8').decode(exchange.body.subarray(0, 2048));
  const tags = [...text.matchAll(/<(!?[a-z][a-z0-9]{0,15})\b/gi)].slice(0, MOST_KEYS).map(([, tag]) => `<${tag}>`);
  return tags.length === 0 ? `text, ${size}` : `markup, ${size}: ${tags.join('')}`;
}

function skeleton(value: Json, depth: number): Json {
  if (Array.isArray(value)) {
    const first = value.slice(0, 2).map((item) => (depth === 0 ? '…' : skeleton(item, depth - 1)));
    return value.length > 2 ? [...first, `… ${value.length} items`] : first;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).slice(0, MOST_KEYS);
    return Object.fromEntries(entries.map(([key, item]) => [safeKey(key), shown(key, item, depth)]));
  }
  return value === null ? null : `<${typeof value}>`;
}

function shown(key: string, value: Json, depth: number): Json {
  if (PROTOCOL_KEYS.has(key) && typeof value === 'string' && /^[A-Za-z_]{1,60}$/.test(value)) return value;
  return depth === 0 ? '…' : skeleton(value, depth - 1);
}

/** Keys are API names, except where a body is no Zoho answer at all. */
function safeKey(key: string): string {
  return /^[$A-Za-z_][\w$.]{0,59}$/.test(key) ? key : '<key>';
}
