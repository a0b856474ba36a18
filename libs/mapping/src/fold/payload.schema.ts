import { z } from 'zod';
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
