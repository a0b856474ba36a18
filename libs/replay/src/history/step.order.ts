import { observationStep, type FoldStep } from '#folding';
import type { Observation } from '#mapping';
import type { FoldRow, HistoryKey } from './fold.rows.ts';

export interface KeySteps extends HistoryKey {
  /** Its events, in any order. */
  readonly events: readonly FoldStep[];
  /** What was folded of it, in order. */
  readonly rows: readonly FoldRow[];
  /** For what was seen in the CRM of a key without an event. */
  readonly entityType: string;
}

/**
 * The steps of one key in the order in which they were folded, with what was seen in the CRM in between; what was not folded yet comes
 * last, by its time. Pure.
 */
export function orderedSteps({ events, rows, ...of }: KeySteps): FoldStep[] {
  const byId = new Map(events.map((step) => [step.id, step]));
  const owner = of.connectionId === '' ? {} : { connectionId: of.connectionId };
  const entityType = events[0]?.entityType ?? of.entityType;
  const { tenantId, key } = of;
  const known = rows.flatMap(({ source, eventId, input, producedAt }): FoldStep[] => {
    if (source === 'crm') {
      if (input === null) return [];
      const observation = input as unknown as Observation;
      return [observationStep(observation, { tenantId, key, ...owner, entityType, reachedAt: producedAt })];
    }
    const step = byId.get(eventId);
    return step === undefined ? [] : [{ ...step, ...owner }];
  });
  const folded = new Set(rows.map(({ eventId }) => eventId));
  const others = [...byId.values()].filter(({ id }) => !folded.has(id)).map((step) => ({ ...step, ...owner }));
  return [...known, ...others.toSorted(byTime)];
}

function byTime(a: FoldStep, b: FoldStep): number {
  return a.reachedAt - b.reachedAt || (a.record?.topic ?? '').localeCompare(b.record?.topic ?? '') || byOffset(a, b);
}

function byOffset(a: FoldStep, b: FoldStep): number {
  const [left, right] = [BigInt(a.record?.offset ?? 0), BigInt(b.record?.offset ?? 0)];
  return left < right ? -1 : left > right ? 1 : 0;
}
