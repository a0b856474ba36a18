import { z } from 'zod';
import { isMissing } from '../values/missing.value.ts';
import type { Kind } from '../values/read.value.ts';
import type { ProblemCode } from './verdict.types.ts';

/** Stands in parsed data for a value that cannot be used, until the runner has noted the problem. */
export class Unusable {
  readonly code: ProblemCode;

  constructor(code: ProblemCode) {
    this.code = code;
  }
}

/** A value without which the event cannot be used (`!` in a pack's table): missing or not usable sets it aside. */
export function required<T>(kind: Kind<T>): z.ZodType<T> {
  return z
    .unknown()
    .optional()
    .transform((input, context): T => {
      const result = kind(input);
      if (result.is === 'value') return result.value;
      const code = result.is === 'missing' ? 'missing_value' : result.code;
      context.addIssue({ code: 'custom', message: code, params: { code } });
      return z.NEVER;
    });
}

/**
 * A value that an event may have. The fold sees the value; `undefined` when it was not told (key absent, or a value
 * that cannot be used, which is noted as a problem); `null` when it was told to be empty (null or blank text).
 */
export function optional<T>(kind: Kind<T>): z.ZodType<T | null | undefined> {
  return z
    .unknown()
    .optional()
    .transform((input) => {
      const result = kind(input);
      if (result.is === 'value') return result.value;
      if (result.is === 'invalid') return new Unusable(result.code);
      return result.missing === 'empty' ? null : undefined;
    }) as unknown as z.ZodType<T | null | undefined>;
}

/** A value of an object that counts as `fallback` when it is missing; one that cannot be used makes the object unusable. */
export function withDefault<T>(kind: Kind<T>, fallback: T): z.ZodType<T> {
  return z
    .unknown()
    .optional()
    .transform((input, context): T => {
      const result = kind(input);
      if (result.is !== 'invalid') return result.is === 'value' ? result.value : fallback;
      context.addIssue({ code: 'custom', message: result.code, params: { code: result.code } });
      return z.NEVER;
    });
}

/**
 * An object that an event may have: used as a whole or not at all (`invalid_value`), as its schema says. Parts of it that are
 * `optional` have problems of their own.
 */
export function optionalObject<T extends object>(schema: z.ZodType<T>): z.ZodType<T | null | undefined> {
  return z
    .unknown()
    .optional()
    .transform((input) => {
      if (isMissing(input)) return input === undefined ? undefined : null;
      const parsed = schema.safeParse(input);
      return parsed.success ? parsed.data : new Unusable('invalid_value');
    }) as unknown as z.ZodType<T | null | undefined>;
}
