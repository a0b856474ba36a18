import { SECRET_NAMES } from './redaction.ts';

/** What a field of an event may be shown to: everybody who operates, those who may see personal data, or nobody. */
export type FieldClass = 'open' | 'personal' | 'secret';

/** Stands in the place of a value that is not shown. */
export const HIDDEN = { personal: '[hidden]', secret: '[redacted]' } as const;

/** Names of the redaction list that are no secrets by themselves, but places that hold anything. */
const PLACES: ReadonlySet<string> = new Set(['payload', 'data', 'fields', 'body']);
const SECRET = /passw|secret|token|authori[sz]ation|cookie|api_?key|private_?key|credential|signature/i;
/** Numbers of these names say something of a person. */
const PERSONAL_NUMBER =
  /phone|mobile|fax|age$|birth|born|salary|income|tax|social|passport|iban|account_?number|card|lat|lon|lng/i;
const ID = /(^|_)id$|[a-z]Id$|^(uuid|key|ref|reference|sku|number)$/;
/** Texts of these names are words of a short list. */
const WORD =
  /(^|_)(status|state|stage|type|kind|code|currency|country|language|locale|plan|tier|unit|role|category|result|event|operation|module|version|lane|product|method|channel|cause|reason|source|level)$/i;
const SHORT_WORD = /^[\p{L}\p{N}][\p{L}\p{N} ._:/-]{0,39}$/u;
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PLAIN_ID = /^[\w.:/-]{1,100}$/;

/**
 * The class of a field by its name and the form of its value. What is not known to be harmless is personal: names, addresses and free
 * texts are, whatever they are called. Pure.
 */
export function fieldClass(name: string, value: unknown): FieldClass {
  if (SECRET.test(name) || (SECRET_NAMES.has(name) && !PLACES.has(name))) return 'secret';
  if (value === null || typeof value === 'boolean') return 'open';
  if (typeof value === 'number') return PERSONAL_NUMBER.test(name) ? 'personal' : 'open';
  if (typeof value !== 'string') return 'personal';
  if (value === '' || UUID.test(value)) return 'open';
  if (INSTANT.test(value)) return PERSONAL_NUMBER.test(name) ? 'personal' : 'open';
  if (ID.test(name)) return PLAIN_ID.test(value) ? 'open' : 'personal';
  return WORD.test(name) && SHORT_WORD.test(value) ? 'open' : 'personal';
}

export interface Classified {
  readonly data: unknown;
  /** How many values are not shown. */
  readonly hidden: number;
}

/** What lies deeper is hidden: nobody reads it in a line. */
const DEEPEST = 12;

/** A copy without secrets, and without personal values unless they are asked for. Items of a list have the name of the list. Pure. */
export function hideByClass(data: unknown, { personal }: { readonly personal: boolean }): Classified {
  let hidden = 0;
  const shown = (name: string, value: unknown, level: number): unknown => {
    if (SECRET.test(name)) {
      hidden += 1;
      return HIDDEN.secret;
    }
    if (level > DEEPEST) {
      hidden += 1;
      return HIDDEN.personal;
    }
    if (Array.isArray(value)) return value.map((item) => shown(name, item, level + 1));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(key, item, level + 1)]));
    const found = fieldClass(name, value);
    if (found === 'open' || (found === 'personal' && personal)) return value;
    hidden += 1;
    return HIDDEN[found];
  };
  return { data: shown('', data, 0), hidden };
}

/** A key or subject as it is; one that looks like a person's address or name is hidden. Pure. */
export function hideKey(key: string, { personal }: { readonly personal: boolean }): string {
  return personal || PLAIN_ID.test(key) ? key : HIDDEN.personal;
}
