/**
 * `route.topic.regex` and `route.topic.replacement` as Java reads them. Both languages share the everyday part of regular expressions; what
 * is different in JavaScript, or not there, is refused rather than read otherwise.
 */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\(\?(?![:=!]|<[=!a-zA-Z])/, 'flags and atomic groups'],
  [/[*+?}]\+/, 'possessive quantifiers'],
  [/\\[pPQEhHRAZzGXNx]/, 'an escape of Java alone'],
  [/\[[^\]\\]*(?:\\.[^\]\\]*)*(?:\[|&&)/, 'classes within classes'],
];

export interface TopicRoute {
  /** The topic that a routed value becomes; one that the expression does not match is the topic itself. */
  (value: string): string;
}

/** @throws RangeError when the expressions cannot be read as Java reads them; the message is for an operator. */
export function compileRoute({ regex, replacement }: { regex: string; replacement: string }): TopicRoute {
  const foreign = FOREIGN.find(([form]) => form.test(regex));
  if (foreign !== undefined) throw new RangeError(`route.topic.regex uses ${foreign[1]}`);
  const [whole, first] = [compile(`^(?:${regex})$`), compile(regex)];
  const parts = readReplacement(replacement, groupsOf(regex));
  return (value) => {
    if (!whole.test(value)) return value;
    // The original asks whether all of it matches, and then replaces the first match, which may be shorter.
    const match = first.exec(value);
    if (match === null) return value;
    const put = parts.map((part) => (typeof part === 'string' ? part : (valueOf(match, part) ?? ''))).join('');
    return value.slice(0, match.index) + put + value.slice(match.index + match[0].length);
  };
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    throw new RangeError(`route.topic.regex: ${String(error)}`, { cause: error });
  }
}

type Reference = { readonly group: number | string };

function valueOf(match: RegExpExecArray, { group }: Reference): string | undefined {
  return typeof group === 'number' ? match[group] : match.groups?.[group];
}

interface Groups {
  readonly count: number;
  readonly names: ReadonlySet<string>;
}

/** An empty alternative always matches, and then lists every group. */
function groupsOf(regex: string): Groups {
  const match = compile(`(?:${regex})|`).exec('');
  return { count: (match?.length ?? 1) - 1, names: new Set(Object.keys(match?.groups ?? {})) };
}

/** Java's `Matcher.appendReplacement`: `\x` is x, `${name}` and `$n` are groups, of digits as many as name a group. */
function readReplacement(replacement: string, groups: Groups): (string | Reference)[] {
  const parts: (string | Reference)[] = [];
  let rest = replacement;
  while (rest !== '') {
    const plain = /^[^\\$]+/.exec(rest)?.[0] ?? /^\\([^])/u.exec(rest)?.[0];
    if (plain !== undefined) {
      parts.push(plain.startsWith('\\') ? plain.slice(1) : plain);
      rest = rest.slice(plain.length);
      continue;
    }
    const reference = readReference(rest, groups);
    parts.push({ group: reference.group });
    rest = rest.slice(reference.length);
  }
  return parts;
}

function readReference(text: string, groups: Groups): Reference & { readonly length: number } {
  const named = /^\$\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(text);
  if (named?.[1] !== undefined && groups.names.has(named[1])) return { group: named[1], length: named[0].length };
  for (const digits of longestFirst(/^\$(\d+)/.exec(text)?.[1] ?? '')) {
    if (Number(digits) <= groups.count) return { group: Number(digits), length: digits.length + 1 };
  }
  throw new RangeError(`route.topic.replacement names no group of route.topic.regex at "${text}"`);
}

function longestFirst(digits: string): string[] {
  return Array.from(digits, (_, index) => digits.slice(0, digits.length - index));
}
