import type { Json } from '#contracts';
import { sameValue } from '#mapping';
import type { CrmWrite } from '../support/crm.world.ts';

/** The values that a field of one record had, in the order of the writes; what did not change is there once. */
export function valuesOf(
  writes: readonly CrmWrite[],
  { module, id, field }: { readonly module: string; readonly id: string; readonly field: string },
): Json[] {
  const values: Json[] = [];
  for (const write of writes) {
    if (write.module !== module || write.id !== id) continue;
    const value = (write.fields[field] ?? null) as Json;
    if (values.length === 0 ? value !== null : !sameValue(values.at(-1), value)) values.push(value);
  }
  return values;
}

/** True when the observed values come in this order among those of the fold: some may be left out, since later writes cover earlier ones. */
export function isInOrder(observed: readonly Json[], folded: readonly Json[]): boolean {
  let at = 0;
  return observed.every((value) => {
    while (at < folded.length && !sameValue(folded[at], value)) at += 1;
    at += 1;
    return at <= folded.length;
  });
}
