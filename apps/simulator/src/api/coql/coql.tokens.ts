import { errorBody, Refusal } from '../../answers/answer.ts';

export interface Token {
  readonly kind: 'word' | 'text' | 'symbol';
  readonly value: string;
  readonly at: number;
}

const PATTERN = /\s*(?:'((?:[^'\\]|\\.|'')*)'|(<=|>=|!=|=|<|>|\(|\)|,)|([^\s'(),<>=!]+))/y;

export function syntaxError(query: string, at: number): Refusal {
  const near = query.slice(at, at + 20);
  return new Refusal(400, errorBody('SYNTAX_ERROR', 'invalid query formed', { line: 1, column: at + 1, near }));
}

/** Splits a query. Inside quotes a backslash or a doubled apostrophe stands for the sign itself (undocumented by Zoho). */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < query.length) {
    const at = PATTERN.lastIndex;
    if (query.slice(at).trim() === '') break;
    const [, text, symbol, word] = PATTERN.exec(query) ?? [];
    if (text !== undefined)
      tokens.push({ kind: 'text', value: text.replace(/\\(.)|''/g, (_, sign?: string) => sign ?? "'"), at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', value: symbol, at });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word, at });
    else throw syntaxError(query, at);
  }
  return tokens;
}
