import { sourceOfProduct, type CausewayEvent, type JsonObject } from '#contracts';
import type { Mapping } from '../fold/mapping.types.ts';
import { step } from '../fold/step.runner.ts';
import type { StepResult } from '../fold/verdict.types.ts';
import { applyCommand, type MemoryCrm } from './memory.crm.ts';
import { underPurityGuard } from './purity.guard.ts';

/** An event of a test: what matters is said, the rest is filled in. */
export type EventSeed = Pick<CausewayEvent, 'type' | 'subject'> & Partial<CausewayEvent>;

/** The whole event: id by its number, one product, key = subject, version 1, 2026-03-01T10:00:00Z, no data. */
export function eventOf({ product }: Pick<Mapping, 'product'>, seed: EventSeed, number = 1): CausewayEvent {
  return {
    id: `event-${number}`,
    source: sourceOfProduct(product),
    time: '2026-03-01T10:00:00Z',
    version: 1,
    tenantId: product,
    key: seed.subject,
    data: {},
    ...seed,
  };
}

/** What came of a list of events. */
export interface Played {
  /** One for each event that was not a repetition of an id. */
  readonly results: readonly StepResult[];
  readonly states: ReadonlyMap<string, JsonObject>;
  readonly records: MemoryCrm;
}

/**
 * Plays events through a mapping as the relay does, with nothing in between that can fail: an id that came before is
 * dropped, each key has its state, commands are applied in order. Runs under the purity guard.
 */
export function play(mapping: Mapping, events: readonly CausewayEvent[]): Played {
  const seen = new Set<string>();
  const states = new Map<string, JsonObject>();
  const results: StepResult[] = [];
  let records: MemoryCrm = new Map();
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    const result = underPurityGuard(() => step(mapping, states.get(event.key) ?? null, event));
    results.push(result);
    if (result.state !== null) states.set(event.key, result.state);
    records = result.commands.reduce((held, command) => applyCommand(held, command), records);
  }
  return { results, states, records };
}
