import { errorBody, Refusal } from '../../answers/answer.ts';
import type { Comparison, Condition, CoqlQuery, Operator } from './coql.query.ts';
import { syntaxError, tokensOf, type Token } from './coql.tokens.ts';

const DEFAULT_LIMIT = 200;

/** Reads one select statement of the subset of reference 2.8. @throws Refusal `SYNTAX_ERROR` */
export function parseCoql(query: string): CoqlQuery {
  return new Parser(query).query();
}

class Parser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokensOf(query);
  }

  query(): CoqlQuery {
    this.#word('select');
    const columns = this.#list(() => this.#name());
    this.#word('from');
    const module = this.#name();
    if (!this.#takes('where')) {
      throw new Refusal(400, errorBody('SYNTAX_ERROR', 'missing clause', { clause: 'where' }));
    }
    const where = this.#junction();
    const orderBy = this.#takes('order') ? this.#orderBy() : [];
    const { offset, limit } = this.#takes('limit') ? this.#limits() : { offset: 0, limit: DEFAULT_LIMIT };
    if (this.#next < this.#tokens.length) throw this.#error();
    return { columns, module, where, orderBy, offset, limit };
  }

  /** At most one `and` or `or` at each level: more have to be nested in brackets, pair by pair. */
  #junction(): Condition {
    const left = this.#condition();
    const kind = this.#takes('and') ? 'and' : this.#takes('or') ? 'or' : undefined;
    return kind === undefined ? left : { kind, left, right: this.#condition() };
  }

  #condition(): Condition {
    if (!this.#symbol('(')) return this.#comparison();
    const inner = this.#junction();
    if (!this.#symbol(')')) throw this.#error();
    return inner;
  }

  #comparison(): Comparison {
    const column = this.#name();
    const operator = this.#operator();
    return { kind: 'comparison', column, operator, values: this.#values(operator) };
  }

  #operator(): Operator {
    const token = this.#take();
    if (token.kind === 'symbol' && SYMBOLS.has(token.value)) return token.value as Operator;
    if (token.kind !== 'word') throw this.#error(token);
    switch (token.value.toLowerCase()) {
      case 'is': {
        const negated = this.#takes('not');
        this.#word('null');
        return negated ? 'is not null' : 'is null';
      }
      case 'not': {
        if (this.#takes('in')) return 'not in';
        this.#word('like');
        return 'not like';
      }
      case 'like':
        return 'like';
      case 'in':
        return 'in';
      case 'between':
        return 'between';
      default:
        throw this.#error(token);
    }
  }

  #values(operator: Operator): string[] {
    if (operator === 'is null' || operator === 'is not null') return [];
    if (operator === 'between') {
      const from = this.#literal();
      this.#word('and');
      return [from, this.#literal()];
    }
    if (operator !== 'in' && operator !== 'not in') return [this.#literal()];
    if (!this.#symbol('(')) throw this.#error();
    const values = this.#list(() => this.#literal());
    if (!this.#symbol(')')) throw this.#error();
    return values;
  }

  #orderBy(): CoqlQuery['orderBy'] {
    this.#word('by');
    return this.#list(() => {
      const column = this.#name();
      if (this.#takes('desc')) return { column, descending: true };
      this.#takes('asc');
      return { column, descending: false };
    });
  }

  /** `limit 200`, `limit 0, 200` (from, how many), `limit 200 offset 0` */
  #limits(): { readonly offset: number; readonly limit: number } {
    const first = this.#number();
    if (this.#symbol(',')) return { offset: first, limit: this.#number() };
    return { limit: first, offset: this.#takes('offset') ? this.#number() : 0 };
  }

  #number(): number {
    const token = this.#take();
    if (!/^\d{1,9}$/.test(token.value)) throw this.#error(token);
    return Number(token.value);
  }

  #list<T>(read: () => T): T[] {
    const list = [read()];
    while (this.#symbol(',')) list.push(read());
    return list;
  }

  #name(): string {
    const token = this.#take();
    if (token.kind !== 'word' || !/^[A-Za-z$][\w$.]*$/.test(token.value)) throw this.#error(token);
    return token.value;
  }

  #literal(): string {
    const token = this.#take();
    if (token.kind === 'symbol') throw this.#error(token);
    return token.value;
  }

  #takes(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word' || token.value.toLowerCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #word(word: string): void {
    if (!this.#takes(word)) throw this.#error();
  }

  #symbol(symbol: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'symbol' || token.value !== symbol) return false;
    this.#next += 1;
    return true;
  }

  #take(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#error();
    this.#next += 1;
    return token;
  }

  #error(token = this.#tokens[this.#next]): Refusal {
    return syntaxError(this.#query, token?.at ?? this.#query.length);
  }
}

const SYMBOLS: ReadonlySet<string> = new Set(['=', '!=', '>', '>=', '<', '<=']);
