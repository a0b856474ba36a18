/** A connector's configuration names the router's options behind this, with any name for the transform. */
const TRANSFORM_PREFIX = /^transforms\.[^.]+\./;

/**
 * Options as a JSON object or as the lines of a properties file, so that they can be taken over from a connector's configuration
 * (`transforms.outbox.` before a name is left out).
 * @throws SyntaxError when it is neither
 */
export function readOptionsText(text: string): Record<string, unknown> {
  const entries = text.trimStart().startsWith('{') ? jsonEntries(text) : propertyEntries(text);
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(TRANSFORM_PREFIX, ''), value]));
}

function jsonEntries(text: string): [string, unknown][] {
  const parsed: unknown = JSON.parse(text);
  return Object.entries(parsed as Record<string, unknown>);
}

/** Java's form: `name=value` or `name: value` a line, a backslash before what would mean something else. */
function propertyEntries(text: string): [string, string][] {
  const entries: [string, string][] = [];
  for (const line of text.replaceAll(/\\\r?\n[ \t]*/g, '').split(/\r?\n/)) {
    const content = line.trimStart();
    if (content === '' || /^[#!]/.test(content)) continue;
    const [, name, value = ''] = /^((?:\\.|[^=:\s\\])+)\s*[=:]\s*(.*)$/.exec(content) ?? [];
    if (name === undefined) throw new SyntaxError(`"${content}" is not name=value`);
    entries.push([unescaped(name), unescaped(value)]);
  }
  return entries;
}

const NAMED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (NAMED[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
