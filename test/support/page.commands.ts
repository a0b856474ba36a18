/** Something that a page tells its readers to do. */
export type PageAction =
  | { readonly kind: 'verb'; readonly line: string; readonly args: readonly string[]; readonly code: number }
  | { readonly kind: 'elsewhere'; readonly line: string; readonly args: readonly string[]; readonly spec: string }
  | {
      readonly kind: 'query';
      readonly line: string;
      readonly database: 'product' | 'integration';
      readonly sql: string;
    };

const BLOCK = /^```(\w*)\n(.*?)^```$/gms;
const VERB = 'npx causeway ';
const DATABASES = [
  ["-- in the product's database\n", 'product'],
  ['-- in the integration database\n', 'integration'],
] as const;

/**
 * What a page tells its readers to do, in its order: each line of its `sh` blocks, each of its `sql` blocks. A line may end in
 * `# exit 2`, or in `# run by <spec>` where another spec runs it, since it takes long.
 * @param names what stands in place of `$NAME`
 * @throws Error for whatever could not be run: another program, a name that nobody gave, a query of no database
 */
export function actionsOf(page: string, names: Readonly<Record<string, string>>): PageAction[] {
  return [...page.matchAll(BLOCK)].flatMap(([, language = '', text = '']) => {
    if (language === 'sql') return [queryOf(text)];
    if (language !== 'sh') return [];
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => verbOf(line, names));
  });
}

function verbOf(line: string, names: Readonly<Record<string, string>>): PageAction {
  const [, command = '', code = '0', spec] = /^(.*?)(?:\s+# (?:exit (\d)|run by (\S+)))?$/.exec(line) ?? [];
  if (!command.startsWith(VERB)) throw new Error(`a page may only have lines that begin with "${VERB}": ${line}`);
  if (/[|&;<>`\\]/.test(command)) throw new Error(`a page may have no line that needs a shell: ${line}`);
  const args = wordsOf(command.slice(VERB.length), names);
  return spec === undefined
    ? { kind: 'verb', line, args, code: Number(code) }
    : { kind: 'elsewhere', line, args, spec };
}

function wordsOf(text: string, names: Readonly<Record<string, string>>): string[] {
  const words = text.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => {
    const isRaw = word.startsWith("'");
    const bare = word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, one?: string, two?: string) => one ?? two ?? '');
    if (isRaw) return bare;
    return bare.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => {
      const value = Object.hasOwn(names, name) ? names[name] : undefined;
      if (value === undefined) throw new Error(`nobody says what $${name} is: ${text}`);
      return value;
    });
  });
}

function queryOf(text: string): PageAction {
  for (const [head, database] of DATABASES)
    if (text.startsWith(head)) return { kind: 'query', line: text.trim(), database, sql: text.slice(head.length) };
  throw new Error(`a query begins with one of ${DATABASES.map(([head]) => head.trim()).join(', ')}: ${text}`);
}
