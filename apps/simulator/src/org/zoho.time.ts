/** The time zone of the organisation and all its users: one hour ahead of UTC the whole year round. */
export const ZONE = { name: 'Africa/Lagos', offset: '+01:00', milliseconds: 3_600_000 } as const;

const DATETIME = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d[+-]([01]\d|2[0-3]):[0-5]\d$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** An instant as the CRM writes it: whole seconds, with the user's offset (reference 9). */
export function formatTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  // Records of one call all have the same second, and so have the calls around it.
  if (second !== latest.second) {
    const text = new Date(second * 1000 + ZONE.milliseconds).toISOString().slice(0, 19) + ZONE.offset;
    latest = { second, text };
  }
  return latest.text;
}

let latest = { second: Number.NaN, text: '' };

/** Milliseconds of an instant written in the CRM's form, or undefined for any other text (also `Z` and fractions). */
export function parseTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !DATETIME.test(text) || !isDate(text.slice(0, 10))) return undefined;
  const value = Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}

/** Milliseconds of an instant in any ISO form with an offset: headers and people are less strict than bodies. */
export function parseAnyTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const value = Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}

/** True for a day that the calendar has, written `yyyy-MM-dd`. */
export function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
