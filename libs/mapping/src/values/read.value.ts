import type { ProblemCode } from '../fold/verdict.types.ts';

/** `absent`: the key is not there; `empty`: it is there and says nothing (null or blank text). Both are missing. */
export type Missing = 'absent' | 'empty';

/** What a kind of value makes of one JSON value: never an exception, whatever the value. */
export type Read<T> =
  | { readonly is: 'value'; readonly value: T }
  | { readonly is: 'missing'; readonly missing: Missing }
  | { readonly is: 'invalid'; readonly code: ProblemCode };

/** A kind of value of packs/README.md section 1: pure, total, idempotent on what it gives. */
export type Kind<T> = (input: unknown) => Read<T>;

const ABSENT = { is: 'missing', missing: 'absent' } as const;
const EMPTY = { is: 'missing', missing: 'empty' } as const;
const INVALID = { is: 'invalid', code: 'invalid_value' } as const;
const UNLISTED = { is: 'invalid', code: 'unknown_value' } as const;

export const read = {
  value: <T>(value: T): Read<T> => ({ is: 'value', value }),
  absent: ABSENT satisfies Read<never> as Read<never>,
  empty: EMPTY satisfies Read<never> as Read<never>,
  /** The value cannot be used (`invalid_value`). */
  invalid: INVALID satisfies Read<never> as Read<never>,
  /** The value is not in its list (`unknown_value`). */
  unlisted: UNLISTED satisfies Read<never> as Read<never>,
};

/** The value, or null for anything else: for reading where a problem was said already. */
export function valueOf<T>(result: Read<T>): T | null {
  return result.is === 'value' ? result.value : null;
}
