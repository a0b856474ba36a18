import { productOfSource, type CausewayEvent, type JsonObject } from '#contracts';
import { instantOf, quickStep, type Mapping, type ProjectedState, type StepResult } from '#mapping';
import type { EventRecord } from './event.record.ts';
import { recordInstant } from './record.instant.ts';

/** Where a step comes from: a domain event of the product, or something that was seen in the CRM. */
export type StepSource = 'event' | 'crm';

/** One thing to be folded into the state of its key, with what its lifeline shows of it. */
export interface FoldStep {
  readonly source: StepSource;
  /** Unique for the mapping: of an id that was folded before nothing is folded again. */
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  readonly key: string;
  /**
   * Whose state it changes where states are those of connections; left out, it is folded for each of the tenant's. Not for a
   * mapping whose states are the tenant's.
   */
  readonly connectionId?: string;
  /** The aggregate type of the entity that the key names. */
  readonly entityType: string;
  /** When it happened: an instant in UTC. */
  readonly occurredAt: string;
  /** When it reached us, in milliseconds since the epoch. */
  readonly reachedAt: number;
  /** The Kafka record of an event, so that it can be set aside whole. */
  readonly record: EventRecord | null;
  /** What was folded, where Kafka does not hold it: kept with the fold, for replays of the key. */
  readonly input: JsonObject | null;
  /** The inbox has this id already: the step was set aside before and comes again. */
  readonly admitted?: boolean;
  /**
   * Pure: what becomes of the state. It may throw where the pack is at fault. `mapping` has the connection's settings; the projection of
   * the state is known where the step before of the same batch gave it, and may be left aside.
   */
  readonly fold: (mapping: Mapping, before: ProjectedState) => StepResult;
}

export type KeyOfState = Pick<FoldStep, 'tenantId' | 'key' | 'connectionId'>;

/**
 * Names the state that a step changes, within its mapping. A state of the tenant has no connection: `''`. None of the three can have
 * a NUL, which no event's attribute and no text column has.
 */
export function stateKey({ tenantId, key, connectionId = '' }: KeyOfState): string {
  return `${tenantId}\0${key}\0${connectionId}`;
}

/** What `stateKey` was made of. */
export function partsOfStateKey(name: string): [tenantId: string, key: string, connectionId: string] {
  const [tenantId = '', key = '', connectionId = ''] = name.split('\0');
  return [tenantId, key, connectionId];
}

/** The step of a domain event. */
export function eventStep(event: CausewayEvent, from: { record: EventRecord; entityType: string }): FoldStep {
  const { id, type, tenantId, key } = event;
  const { record, entityType } = from;
  return {
    source: 'event',
    id,
    type,
    tenantId,
    key,
    entityType,
    // A time that is none is a reason to set the event aside; it came when it was produced.
    occurredAt: instantOf(event.time) ?? recordInstant(record.timestamp),
    reachedAt: record.timestamp,
    record,
    input: null,
    fold: (mapping, before) => quickStep(mapping, before, event),
  };
}

/** True for an event of the mapping's own product. */
export function isOfProduct({ source }: CausewayEvent, { product }: Pick<Mapping, 'product'>): boolean {
  return productOfSource(source) === product;
}
