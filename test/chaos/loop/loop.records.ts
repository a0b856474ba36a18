import type { Json, JsonObject } from '#contracts';
import type { CrmRecord } from '#cases';
import type { SeededRandom } from '../seeded.random.ts';

/** What the product says: an event of the pack. */
export interface ProductEvent {
  readonly type: string;
  readonly subject: string;
  readonly key: string;
  readonly data: JsonObject;
}

/** What the product is told. */
export interface ToldEvent {
  readonly type: string;
  readonly subject: string;
  readonly payload: JsonObject;
}

/** Records of one kind, as the product has them and as people treat them in the CRM. */
export interface LoopRecords {
  readonly pack: string;
  readonly module: string;
  /** The field by which a record of the CRM names the product's, and the value for each of them. */
  readonly identity: string;
  readonly names: readonly string[];
  /** The product makes them. */
  begin(): ProductEvent[];
  /** The product changes one of them. */
  change(name: string, random: SeededRandom): ProductEvent;
  /** A person changes these fields of it. */
  edit(name: string, random: SeededRandom): JsonObject;
  /** The product's inbox: what it says because of it. */
  take(event: ToldEvent): ProductEvent[];
  /** Where both sides differ though all is quiet, against the rules of who owns what. */
  differences(records: ReadonlyMap<string, CrmRecord>): string[];
}

/** What differs, in words; null where nothing does. */
export function differing(name: string, field: string, sides: { product: Json; crm: Json }): string | null {
  const { product, crm } = sides;
  if ((product ?? '') === (crm ?? '')) return null;
  return `${name}.${field} is ${JSON.stringify(product)} for the product and ${JSON.stringify(crm)} in the CRM`;
}

/** A part of a payload, or of a record, as text. */
export function wordOf(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
