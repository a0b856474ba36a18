interface Classified {
  readonly kind: string;
  readonly code?: string;
}

/** The class of a result for metrics: `ok`-like results count as succeeded, a batch of several classes is `mixed`. */
export function outcomeClassOf(result: unknown): string {
  const kinds = new Set(partsOf(result).map(({ kind }) => (CLASSES.has(kind) ? kind : 'succeeded')));
  const [only = 'succeeded'] = kinds;
  return kinds.size > 1 ? 'mixed' : only;
}

/** True if any part of the result says that the answer could not be read. */
export function isUnreadable(result: unknown): boolean {
  return partsOf(result).some(({ code }) => code === 'CRM_ANSWER_UNREADABLE');
}

const CLASSES = new Set(['rejected', 'throttled', 'unavailable', 'unknown', 'token_refused']);

function partsOf(result: unknown): Classified[] {
  return (Array.isArray(result) ? (result as unknown[]) : [result]).filter(isClassified);
}

function isClassified(part: unknown): part is Classified {
  return typeof part === 'object' && part !== null && 'kind' in part && typeof part.kind === 'string';
}
