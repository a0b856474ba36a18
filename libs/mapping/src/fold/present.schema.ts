import { z } from 'zod';
import { isMissing } from '../values/missing.value.ts';
import type { Kind } from '../values/read.value.ts';
import { Unusable } from './payload.schema.ts';

type Context = Parameters<Parameters<z.ZodUnknown['transform']>[0]>[1];

function refuse(context: Context, code: string, path: PropertyKey[] = []): typeof z.NEVER {
  context.addIssue({ code: 'custom', message: code, path, params: { code } });
  return z.NEVER;
}

/**
 * A value whose key must be there (`key` in a pack's table), for events that carry their whole subject: null and blank text are null, and so
 * is, with a problem noted, what cannot be used; an absent key sets the event aside. The fold sees `undefined` for what cannot be used.
 */
export function present<T>(kind: Kind<T>): z.ZodType<T | null | undefined> {
  return z
    .unknown()
    .optional()
    .transform((input, context) => {
      if (input === undefined) return refuse(context, 'missing_value');
      const result = kind(input);
      if (result.is === 'value') return result.value;
      return result.is === 'invalid' ? new Unusable(result.code) : null;
    }) as unknown as z.ZodType<T | null | undefined>;
}

/** A choice without which the event cannot be used, but whose other values are borne: they are a problem, and `undefined` in the fold. */
export function listed<T>(kind: Kind<T>): z.ZodType<T | undefined> {
  return z
    .unknown()
    .optional()
    .transform((input, context) => {
      const result = kind(input);
      if (result.is === 'value') return result.value;
      if (result.is === 'missing') return refuse(context, 'missing_value');
      return result.code === 'unknown_value' ? new Unusable(result.code) : refuse(context, result.code);
    }) as unknown as z.ZodType<T | undefined>;
}

/** An object of a key that must be there. What the object itself requires sets the event aside, named by its place. */
export function presentObject<T extends object>(schema: z.ZodType<T>): z.ZodType<T | null | undefined> {
  return z
    .unknown()
    .optional()
    .transform((input, context) => {
      if (input === undefined) return refuse(context, 'missing_value');
      if (isMissing(input)) return null;
      if (typeof input !== 'object' || Array.isArray(input)) return new Unusable('invalid_value');
      return inside(schema, input, context);
    }) as unknown as z.ZodType<T | null | undefined>;
}

/** An object without which the event cannot be used. */
export function requiredObject<T extends object>(schema: z.ZodType<T>): z.ZodType<T> {
  return z
    .unknown()
    .optional()
    .transform((input, context) => {
      if (isMissing(input)) return refuse(context, 'missing_value');
      if (typeof input !== 'object' || Array.isArray(input)) return refuse(context, 'invalid_value');
      return inside(schema, input, context);
    });
}

function inside<T>(schema: z.ZodType<T>, input: unknown, context: Context): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const code: unknown = issue?.code === 'custom' ? issue.params?.['code'] : undefined;
  return refuse(context, typeof code === 'string' ? code : 'invalid_value', [...(issue?.path ?? [])]);
}
