/** A JSON value with what JavaScript's own parser forgets: the kind of a number and the order of all names. */
export type JsonNode =
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly text: 'true' | 'false' }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly elements: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, JsonNode> };

/** Jackson's own limit. */
const DEEPEST = 1000;
const LONGEST_NUMBER = 1000;
// oxlint-disable-next-line no-control-regex -- JSON wants them escaped
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANKS = /[ \t\r\n]*/y;

/**
 * Reads the first JSON value of a text as Jackson's `readTree` does: of a repeated name the last value counts, what follows the value
 * is not looked at.
 * @throws SyntaxError when it is no JSON, or deeper than Jackson goes.
 */
export function readJackson(text: string): JsonNode {
  return new Reader(text).value(0);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new SyntaxError('nested too deeply');
    this.#take(BLANKS);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return { kind: 'string', text: this.#string() };
      default:
        return this.#word() ?? this.#number();
    }
  }

  #object(depth: number): JsonNode {
    const fields = new Map<string, JsonNode>();
    this.#list('}', () => {
      this.#take(BLANKS);
      const name = this.#string();
      this.#expect(':');
      fields.set(name, this.value(depth + 1));
    });
    return { kind: 'object', fields };
  }

  #array(depth: number): JsonNode {
    const elements: JsonNode[] = [];
    this.#list(']', () => elements.push(this.value(depth + 1)));
    return { kind: 'array', elements };
  }

  #list(end: string, readOne: () => void): void {
    this.#at += 1;
    if (this.#skips(end)) return;
    do readOne();
    while (this.#skips(','));
    this.#expect(end);
  }

  #string(): string {
    const literal = this.#take(STRING);
    if (literal === undefined) throw new SyntaxError('no text');
    return JSON.parse(literal) as string;
  }

  #word(): JsonNode | undefined {
    const word = this.#take(WORD);
    if (word === undefined) return undefined;
    return word === 'null' ? { kind: 'null' } : { kind: 'boolean', text: word as 'true' | 'false' };
  }

  #number(): JsonNode {
    const text = this.#take(NUMBER);
    if (text === undefined || text.length > LONGEST_NUMBER) throw new SyntaxError('no value');
    return { kind: 'number', text };
  }

  #skips(character: string): boolean {
    this.#take(BLANKS);
    const found = this.#text[this.#at] === character;
    if (found) this.#at += 1;
    return found;
  }

  #expect(character: string): void {
    if (!this.#skips(character)) throw new SyntaxError(`no ${character}`);
  }

  #take(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
