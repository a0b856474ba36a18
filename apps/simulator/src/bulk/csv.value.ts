import { formatTime, parseAnyTime } from '../org/zoho.time.ts';
import { referenceOf } from '../records/record.model.ts';
import type { Field } from '../schema/field.model.ts';

const NUMBERS: ReadonlySet<Field['type']> = new Set(['integer', 'double', 'currency', 'percent']);
/** The form of dates that a file has unless its mapping says otherwise (reference 4.2). */
const DATE_FORMAT = 'MM/dd/yyyy';

/** A cell of a bulk file in the form that a record of a call has; text that is no such value stays text and is refused there. */
export function cellValue(
  field: Field,
  given: { readonly text: string; readonly format?: string | undefined },
): unknown {
  const { text } = given;
  if (NUMBERS.has(field.type)) return Number.isNaN(Number(text)) ? text : Number(text);
  switch (field.type) {
    case 'boolean':
      return text.toLowerCase() === 'true' ? true : text.toLowerCase() === 'false' ? false : text;
    case 'multiselectpicklist':
      return text.split(';').map((part) => part.trim());
    case 'lookup':
    case 'ownerlookup':
      return { id: text };
    case 'date':
      return dateOf(text, given.format ?? DATE_FORMAT) ?? text;
    case 'datetime': {
      const at = parseAnyTime(text);
      return at === undefined ? text : formatTime(at);
    }
    default:
      return text;
  }
}

/** `yyyy-MM-dd` of a date in a form of `yyyy`, `MM` and `dd`; the API's own form always does. */
export function dateOf(text: string, format: string): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const pattern = format
    .replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
    .replace('yyyy', String.raw`(?<y>\d{4})`)
    .replace('MM', String.raw`(?<m>\d{1,2})`)
    .replace('dd', String.raw`(?<d>\d{1,2})`);
  const { y, m, d } = new RegExp(`^${pattern}$`).exec(text)?.groups ?? {};
  return y === undefined || m === undefined || d === undefined
    ? undefined
    : `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
}

/** A stored value as a bulk file shows it: links by their id, lists with semicolons, nothing for an empty one. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  const plain = referenceOf(value)?.id ?? value;
  if (Array.isArray(plain)) return plain.map((part) => cellText(part)).join(';');
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}
