import { topicNames } from '#contracts';
import type { FoldStep } from '#folding';
import type { Mapping } from '#mapping';
import type { Time } from './source/event.source.ts';

/** Which events are meant: those for which all that is said holds. Nothing said means all that the mapping reads. */
export interface Selection extends Time {
  /** Aggregate types, as the pack names its topics. */
  readonly aggregates?: readonly string[];
  readonly keys?: readonly string[];
  readonly tenantId?: string;
  readonly types?: readonly string[];
}

/** Nothing is left out of what a key has: what is folded of it is its whole past. */
export function isWholeKeys({ from, to, aggregates, types }: Selection): boolean {
  return from === undefined && to === undefined && aggregates === undefined && types === undefined;
}

/** The names of the topics that are meant. */
export function selectedTopics(
  { product, topics }: Pick<Mapping, 'product' | 'topics'>,
  { selection, topicPrefix }: { readonly selection: Selection; readonly topicPrefix: string },
): string[] {
  const names = topicNames(topicPrefix);
  const { aggregates } = selection;
  const wanted = aggregates === undefined ? topics : topics.filter((topic) => aggregates.includes(topic));
  return wanted.map((topic) => names.product(product, topic));
}

/** Makes a look at steps; of what was seen in the CRM neither type nor topic is asked. Times are those of the source. */
export function selects({ keys, tenantId, types, aggregates }: Selection): (step: FoldStep) => boolean {
  const wantedKeys = keys === undefined ? null : new Set(keys);
  const wantedTypes = types === undefined ? null : new Set(types);
  const wantedTopics = aggregates === undefined ? null : new Set(aggregates);
  return (step) => {
    if (wantedKeys !== null && !wantedKeys.has(step.key)) return false;
    if (tenantId !== undefined && step.tenantId !== tenantId) return false;
    if (step.source === 'crm') return true;
    return wantedTypes?.has(step.type) !== false && wantedTopics?.has(step.entityType) !== false;
  };
}
