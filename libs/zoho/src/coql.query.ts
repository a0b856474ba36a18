/** Rows of one call: v7 documents 200, v8 is reported to give more for more credits (reference 2.8). */
export const COQL_ROWS = 200;
/** Values in one query: the documentation says 50 in one place and 100 in another (reference 2.8). */
export const COQL_VALUES = 50;

export interface SelectOptions {
  readonly module: string;
  /** Columns; `id` and the compared field come on top. */
  readonly fields: readonly string[];
  readonly field: string;
  /** At most 50. */
  readonly values: readonly (string | number)[];
}

/** A query for the records whose `field` has one of the given values. Throws a RangeError for a name that is no API name. */
export function selectWhere({ module, fields, field, values }: SelectOptions): string {
  if (values.length === 0 || values.length > COQL_VALUES) throw new RangeError(`1 to ${COQL_VALUES} values`);
  const columns = [...new Set(['id', field, ...fields])].map(nameOf).join(', ');
  const literals = values.flatMap(literalsOf);
  const condition = literals.length === 1 ? `= ${literals.join('')}` : `in (${literals.join(', ')})`;
  return `select ${columns} from ${nameOf(module)} where ${nameOf(field)} ${condition} limit 0, ${COQL_ROWS}`;
}

export interface SecondOptions {
  readonly module: string;
  /** The second. */
  readonly at: Date;
  /** Records behind this id; `0`: from the first. */
  readonly afterId: string;
}

/**
 * A query for the records that changed in one second, by id: however many there are, what is behind an id is found (reference 2.8, keyset
 * paging). Throws a RangeError for what is no API name or no id.
 */
export function selectSecond({ module, at, afterId }: SecondOptions): string {
  if (!/^\d{1,30}$/.test(afterId)) throw new RangeError('not an id');
  const second = `${at.toISOString().slice(0, 19)}+00:00`;
  const where = `(Modified_Time = '${second}' and id > '${afterId}')`;
  return `select id, Modified_Time from ${nameOf(module)} where ${where} order by id asc limit 0, ${COQL_ROWS}`;
}

export interface SelectBehind extends Pick<SelectOptions, 'module' | 'fields' | 'field'> {
  /** The value behind which the page begins; null: from the first. */
  readonly behind: string | number | null;
}

/** A query for one page of the records that have a value in `field`, in the order of that value (reference 2.8: two conditions, each in brackets). */
export function selectBehind({ module, fields, field, behind }: SelectBehind): string {
  const columns = [...new Set(['id', field, ...fields])].map(nameOf).join(', ');
  const name = nameOf(field);
  const [literal = ''] = behind === null ? [] : literalsOf(behind);
  const condition = behind === null ? `${name} is not null` : `(${name} is not null) and (${name} > ${literal})`;
  return `select ${columns} from ${nameOf(module)} where ${condition} order by ${name} asc limit 0, ${COQL_ROWS}`;
}

/**
 * The literals that may stand for a value: a number stands for itself. Of a text: An apostrophe is doubled (Zoho's Kaizen 171, "FAQs on COQL API", question 3).
 * Whether a backslash escapes is documented nowhere, so a text with one is asked for in both spellings; not with a single
 * one before an apostrophe or at the end, where it would swallow the quote. Who reads the answer compares again.
 */
export function literalsOf(value: string | number): string[] {
  if (typeof value === 'number') return [String(value)];
  const doubled = quoted(value.replaceAll('\\', '\\\\'));
  if (!value.includes('\\') || /\\(?:'|$)/.test(value)) return [doubled];
  return [doubled, quoted(value)];
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Names cannot be quoted in COQL, so only real API names are let through. */
function nameOf(name: string): string {
  if (!/^[A-Za-z][\w.]{0,99}$/.test(name)) throw new RangeError('not an API name');
  return name;
}
