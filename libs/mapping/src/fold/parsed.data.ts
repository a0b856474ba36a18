import { Unusable } from './payload.schema.ts';
import type { ProblemCode } from './verdict.types.ts';

export interface NotedProblem {
  readonly code: ProblemCode;
  readonly field: string;
}

/** Takes out of freshly parsed data what was not told or cannot be used, and says of the latter where it stood. */
export function settleUnusable(data: object, path: readonly string[] = []): NotedProblem[] {
  const holder = data as Record<string, unknown>;
  const problems: NotedProblem[] = [];
  for (const [name, value] of Object.entries(holder)) {
    if (typeof value === 'object' && value !== null && !(value instanceof Unusable)) {
      problems.push(...settleUnusable(value, [...path, name]));
      continue;
    }
    if (value instanceof Unusable) problems.push({ code: value.code, field: [...path, name].join('.') });
    if (value instanceof Unusable || value === undefined) {
      if (Array.isArray(data)) holder[name] = null;
      else delete holder[name];
    }
  }
  return problems;
}
