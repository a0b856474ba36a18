import { errorBody, Refusal } from '../../answers/answer.ts';

export const SEARCH_OPERATORS = [
  'equals',
  'not_equal',
  'starts_with',
  'in',
  'greater_than',
  'greater_equal',
  'less_than',
  'less_equal',
  'between',
] as const;
export type SearchOperator = (typeof SEARCH_OPERATORS)[number];

export interface Criterion {
  readonly kind: 'criterion';
  readonly field: string;
  readonly operator: SearchOperator;
  readonly values: readonly string[];
}

interface Joined {
  readonly kind: 'and' | 'or';
  readonly left: Criteria;
  readonly right: Criteria;
}

export type Criteria = Criterion | Joined;

const MOST = 10;
const MOST_VALUES = 100;

export const invalidCriteria = (reason: string): Refusal =>
  new Refusal(400, errorBody('INVALID_QUERY', 'invalid query formed', { param_name: 'criteria', reason }));

/**
 * `((Last_Name:equals:Kaya)and(City:starts_with:Os))`; `(`, `)`, `,` and `\` within a value follow a backslash (reference 2.6).
 * @throws Refusal `INVALID_QUERY` for anything else, `LIMIT_EXCEEDED` for more than ten criteria
 */
export function parseCriteria(text: string): Criteria {
  const reader = new Reader(text);
  const criteria = reader.junction();
  reader.end();
  if (reader.count > MOST) {
    throw new Refusal(
      400,
      errorBody('LIMIT_EXCEEDED', 'given limit exceeded', { limit: MOST, param_name: 'criteria' }),
    );
  }
  return criteria;
}

/** The single comparisons within. */
export function criteriaOf(criteria: Criteria): Criterion[] {
  return criteria.kind === 'criterion' ? [criteria] : [...criteriaOf(criteria.left), ...criteriaOf(criteria.right)];
}

class Reader {
  readonly #text: string;
  #at = 0;
  count = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  junction(): Criteria {
    let left = this.#part();
    for (;;) {
      const kind = this.#word();
      if (kind === undefined) return left;
      left = { kind, left, right: this.#part() };
    }
  }

  end(): void {
    if (this.#at < this.#text.length) throw invalidCriteria(`unexpected text at ${this.#at}`);
  }

  #part(): Criteria {
    if (this.#text[this.#at] !== '(') throw invalidCriteria(`a bracket is missing at ${this.#at}`);
    this.#at += 1;
    this.#blanks();
    const inner = this.#text[this.#at] === '(' ? this.junction() : this.#criterion();
    if (this.#text[this.#at] !== ')') throw invalidCriteria(`a bracket is missing at ${this.#at}`);
    this.#at += 1;
    return inner;
  }

  #criterion(): Criterion {
    this.count += 1;
    const [, field = '', operator = ''] = /^([\w$.]+):(\w+):/.exec(this.#text.slice(this.#at)) ?? [];
    const known = SEARCH_OPERATORS.find((one) => one === operator);
    if (known === undefined) throw invalidCriteria(`no field and operator at ${this.#at}`);
    this.#at += field.length + operator.length + 2;
    const values = this.#values();
    const listed = known === 'in' || known === 'between';
    if (values.length > MOST_VALUES) throw invalidCriteria(`more than ${MOST_VALUES} values`);
    if (known === 'between' && values.length !== 2) throw invalidCriteria('between wants two values');
    return { kind: 'criterion', field, operator: known, values: listed ? values : [values.join(',')] };
  }

  /** Up to the closing bracket, split at commas. */
  #values(): string[] {
    const values = [''];
    for (; this.#at < this.#text.length; this.#at += 1) {
      const sign = this.#text[this.#at] ?? '';
      if (sign === ')') break;
      if (sign === ',') values.push('');
      else {
        const escaped = sign === '\\' && this.#at + 1 < this.#text.length;
        if (escaped) this.#at += 1;
        values[values.length - 1] += this.#text[this.#at] ?? '';
      }
    }
    return values;
  }

  #word(): 'and' | 'or' | undefined {
    this.#blanks();
    const [word] = /^(and|or)(?=\s*\()/i.exec(this.#text.slice(this.#at)) ?? [];
    if (word === undefined) return undefined;
    this.#at += word.length;
    this.#blanks();
    return word.toLowerCase() === 'and' ? 'and' : 'or';
  }

  #blanks(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }
}
