import type { Config, OptionSet } from './option.ts';

/** What a process was started with, for its first log line: secrets as set or not set, passwords in URLs masked. */
export function summariseConfig<S extends OptionSet>(options: S, config: Config<S>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const value: unknown = config[name];
      if (option.secret) return [name, value === undefined || value === '' ? 'not set' : 'set'];
      return [name, typeof value === 'string' ? maskPassword(value) : value];
    }),
  );
}

/** `postgres://app:secret@db/x` -> `postgres://app:***@db/x`, and the same for a parameter `password`, in each URL of a text. */
export function maskPassword(value: string): string {
  return value
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^:@/?#\s]*):[^/?#\s]*@/gi, '$1:***@')
    .replace(/([?&](?:ssl)?password=)[^&#\s]*/gi, '$1***');
}
