import type { Json, JsonObject } from '#contracts';
import type { Link } from '#ledger';
import type { ZohoRecord } from '#zoho';
import type { FieldChange } from './reading.policy.ts';

/** An event on its way into the outbox of the integration database. */
export interface CrmEvent {
  /** Becomes the topic `crm.<aggregateType>`. */
  readonly aggregateType: string;
  readonly entityId: string;
  readonly eventType: string;
  readonly payload: JsonObject;
}

/** The generic event of a record in which people changed watched fields (packs/README.md section 6, "Events"). */
export function changedEvent(link: Link, record: ZohoRecord, changes: readonly FieldChange[]): CrmEvent {
  return {
    aggregateType: link.module.toLowerCase(),
    entityId: link.entityId,
    eventType: `crm.${thingOf(link.module)}.changed`,
    payload: {
      [`${link.entityType}_id`]: link.entityId,
      module: link.module,
      record_id: link.recordId,
      changed_at: record['Modified_Time'] ?? null,
      changed_by: personOf(record['Modified_By']),
      changes: Object.fromEntries(changes.map(({ field, before, after }) => [field, { before, after }])),
    },
  };
}

/** `Leads` -> `lead`, `Sales_Orders` -> `sales_order`, `Price_Books` -> `price_book`. */
export function thingOf(module: string): string {
  return module.toLowerCase().replace(/(?<=[^s])s$/, '');
}

function personOf(value: Json | undefined): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return { id: value['id'] ?? null, name: value['name'] ?? null };
}
