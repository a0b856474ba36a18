import type { Json } from '#contracts';
import { sameJson } from '#mapping';

/** A record or an effect under a name, with its fields. */
export type NamedRecords = ReadonlyMap<
  string,
  { readonly module: string; readonly fields: Readonly<Record<string, Json | undefined>> }
>;

/** How one record of two outcomes differs. */
export interface RecordDifference {
  /** `only_before`, `only_after`: one of the two has it. */
  readonly kind: 'only_before' | 'only_after' | 'differs';
  readonly record: string;
  readonly module: string;
  /** In which it differs; of a record that only one of them has, all that are filled. */
  readonly fields: readonly string[];
}

/** What differs between two outcomes, record by record and field by field. Pure. */
export function differingRecords(before: NamedRecords, after: NamedRecords): RecordDifference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return names.flatMap((record): RecordDifference[] => {
    const [old, now] = [before.get(record), after.get(record)];
    const module = (now ?? old)?.module ?? '';
    if (old === undefined || now === undefined) {
      const kind = old === undefined ? 'only_after' : 'only_before';
      return [{ kind, record, module, fields: filled((now ?? old)?.fields ?? {}) }];
    }
    const all = [...new Set([...Object.keys(old.fields), ...Object.keys(now.fields)])];
    const fields = all.filter((name) => !sameJson(old.fields[name] ?? null, now.fields[name] ?? null));
    return fields.length === 0 ? [] : [{ kind: 'differs', record, module, fields }];
  });
}

function filled(fields: Readonly<Record<string, Json | undefined>>): string[] {
  return Object.keys(fields).filter((name) => fields[name] != null);
}
