import type { OptionType } from './option.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SIZES = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

export const text: OptionType<string> = { name: 'text', parse: (given) => given };

/** A text that may be left empty, which then means "not set". */
export const optionalText: OptionType<string | undefined> = {
  name: 'text, may be empty',
  parse: (given) => (given === '' ? undefined : given),
};

export const url: OptionType<string> = {
  name: 'URL',
  parse: (given) => {
    if (!URL.canParse(given)) throw new Error('a URL such as http://localhost:8080');
    return given.replace(/\/$/, '');
  },
};

/** A URL that may be left empty, which then means "not set". */
export const optionalUrl: OptionType<string | undefined> = {
  name: 'URL, may be empty',
  parse: (given) => (given === '' ? undefined : url.parse(given)),
};

/** Only its form; what it says is read where it is connected to. The text is never shown: it may hold a password. */
export const postgresUrl: OptionType<string> = {
  name: 'Postgres URL',
  parse: (given) => {
    if (!/^postgres(ql)?:\/\//.test(given))
      throw new Error('a Postgres URL such as postgres://user@host:5432/database');
    return given;
  },
};

export const boolean: OptionType<boolean> = {
  name: 'true or false',
  json: { type: 'boolean' },
  parse: (given) => {
    if (given !== 'true' && given !== 'false') throw new Error('true or false');
    return given === 'true';
  },
};

export function integer(least: number, most: number): OptionType<number> {
  return {
    name: `whole number from ${least} to ${most}`,
    json: { type: 'integer', minimum: least, maximum: most },
    parse: (given) => {
      const value = Number(given);
      if (!/^-?\d+$/.test(given) || value < least || value > most)
        throw new Error(`a whole number, ${least} to ${most}`);
      return value;
    },
  };
}

/** Milliseconds, written with a unit: `500ms`, `30s`, `5m`, `24h`, `7d`. */
export const duration: OptionType<number> = {
  name: 'duration such as 500ms, 30s, 5m, 24h or 7d',
  json: { type: 'string', pattern: '^\\d+(ms|s|m|h|d)$' },
  parse: (given) => {
    const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(given) ?? [];
    if (amount === undefined) throw new Error('a duration such as 500ms, 30s, 5m, 24h or 7d');
    return Number(amount) * UNITS[unit as keyof typeof UNITS];
  },
};

/** A duration that may be left empty, which then means "not set". */
export const optionalDuration: OptionType<number | undefined> = {
  name: 'duration, may be empty',
  parse: (given) => (given === '' ? undefined : duration.parse(given)),
};

/** Bytes, written with a unit: `512kb`, `16mb`. */
export const bytes: OptionType<number> = {
  name: 'size such as 512kb or 16mb',
  json: { type: 'string', pattern: '^\\d+([bB]|[kKmMgG][bB])$' },
  parse: (given) => {
    const [, amount, unit] = /^(\d+)(b|kb|mb|gb)$/i.exec(given) ?? [];
    if (amount === undefined || unit === undefined) throw new Error('a size such as 512kb or 16mb');
    return Number(amount) * SIZES[unit.toLowerCase() as keyof typeof SIZES];
  },
};

/** A size that may be left empty, which then means "not set". */
export const optionalBytes: OptionType<number | undefined> = {
  name: 'size, may be empty',
  parse: (given) => (given === '' ? undefined : bytes.parse(given)),
};

/** Names separated by commas; empty text is the empty list. */
export const list: OptionType<string[]> = {
  name: 'list, separated by commas',
  parse: (given) =>
    given
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
};

export function oneOf<const T extends string>(...values: T[]): OptionType<T> {
  return {
    name: values.join(' | '),
    json: { enum: values },
    parse: (given) => {
      const found = values.find((value) => value === given);
      if (found === undefined) throw new Error(`one of ${values.join(', ')}`);
      return found;
    },
  };
}

/** JSON text that a zod-like parser accepts. */
export function json<T>(name: string, parse: (value: unknown) => T): OptionType<T> {
  return {
    name,
    parse: (given) => {
      try {
        return parse(JSON.parse(given));
      } catch (error) {
        throw new Error(`${name}, as JSON`, { cause: error });
      }
    },
  };
}
