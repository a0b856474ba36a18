import type { ModuleStore } from '../../records/module.store.ts';
import type { StoredRecord } from '../../records/record.model.ts';

export const SORT_FIELDS = ['id', 'Created_Time', 'Modified_Time'] as const;

export interface Sorting {
  readonly by: (typeof SORT_FIELDS)[number];
  readonly order: 'asc' | 'desc';
}

interface Cached {
  readonly version: number;
  readonly records: readonly StoredRecord[];
}

/** Paging through a module sorts it once, not once a page: the listing is kept until the next write. */
const kept = new WeakMap<ModuleStore, Map<string, Cached>>();

/** Records in the order asked for; equal ones by id. */
export function sorted(
  source: ModuleStore | readonly StoredRecord[],
  sorting: Sorting,
  filter: { readonly fits?: (record: StoredRecord) => boolean; readonly cacheKey?: string } = {},
): readonly StoredRecord[] {
  if (!('module' in source)) return [...source].sort(comparison(sorting));
  const key = filter.cacheKey === undefined ? undefined : `${filter.cacheKey}/${sorting.by}/${sorting.order}`;
  const caches = kept.get(source) ?? new Map<string, Cached>();
  const cached = key === undefined ? undefined : caches.get(key);
  if (cached?.version === source.version) return cached.records;
  const { fits } = filter;
  const records = [...source.all()].filter((record) => fits === undefined || fits(record)).sort(comparison(sorting));
  if (key !== undefined) kept.set(source, caches.set(key, { version: source.version, records }));
  return records;
}

function comparison({ by, order }: Sorting): (a: StoredRecord, b: StoredRecord) => number {
  const sign = order === 'asc' ? 1 : -1;
  const key = (record: StoredRecord): number =>
    by === 'id' ? 0 : Math.floor((by === 'Created_Time' ? record.createdAt : record.modifiedAt) / 1000);
  return (a, b) => sign * (key(a) - key(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
