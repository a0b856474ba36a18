export interface PasswordQuery {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
}

/**
 * The password that a file in the form of `.pgpass` holds for a connection: lines of `host:port:database:user:password`, `*` for
 * any, a backslash before a colon or a backslash; the first line that fits counts (PostgreSQL manual, "The Password File"). A
 * Unix socket is looked for as `localhost`. Pure.
 */
export function findPassword(text: string, query: PasswordQuery): string | undefined {
  const host = query.host.startsWith('/') ? 'localhost' : query.host;
  const wanted = [host, query.port, query.database, query.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    if (fields.length < 5) continue;
    if (wanted.every((value, index) => fields[index] === '*' || fields[index] === value)) return fields[4];
  }
  return undefined;
}

/** What stands between colons that no backslash stands before. */
function fieldsOf(line: string): string[] {
  const fields = [''];
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === ':') {
      fields.push('');
      continue;
    }
    if (character === '\\' && at + 1 < line.length) at += 1;
    fields[fields.length - 1] += line.charAt(at);
  }
  return fields;
}
