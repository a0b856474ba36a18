import type { CrmRecord } from '#cases';
import type { Json, JsonObject } from '#contracts';
import type { SeededRandom } from '../seeded.random.ts';
import { differing, type LoopRecords, type ProductEvent, type ToldEvent } from './loop.records.ts';

const TENANT = 'agency';

/** Values that both sides may change: the product's name, the CRM's, and a value that tells where it is from. */
const SHARED = [
  { name: 'first_name', field: 'First_Name', value: (mark: string) => `First ${mark}` },
  { name: 'last_name', field: 'Last_Name', value: (mark: string) => `Last ${mark}` },
  { name: 'primary_email', field: 'Email', value: (mark: string) => `${mark}@example.test` },
  { name: 'primary_phone_number', field: 'Phone', value: (mark: string) => `+27 ${mark.slice(1)}` },
] as const;
/** The CRM wants a last name. */
const EMPTIED = SHARED.filter(({ name }) => name !== 'last_name');

type Row = Record<string, string | null>;

/**
 * Contacts of the pack `inquiries`: both sides own every value. The product takes over whatever it is told, says so in an event like any
 * other, and does not mark it with where it came from: nothing but the echo ledger and the fold keeps that from going round.
 */
export class LoopContacts implements LoopRecords {
  readonly pack = 'inquiries';
  readonly module = 'Contacts';
  readonly identity = 'Agency_Contact_ID';
  readonly names: readonly string[];
  readonly #rows = new Map<string, Row>();
  #marks = 0;

  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, index) => `${TENANT}:p${index}`);
  }

  begin(): ProductEvent[] {
    return this.names.map((name) => {
      this.#rows.set(name, Object.fromEntries(SHARED.map((shared) => [shared.name, shared.value(this.#mark('p'))])));
      return this.#said(name, 'contact.created');
    });
  }

  change(name: string, random: SeededRandom): ProductEvent {
    const shared = random.pick(SHARED);
    this.#rowOf(name)[shared.name] = shared.value(this.#mark('p'));
    return this.#said(name, 'contact.updated');
  }

  edit(_name: string, random: SeededRandom): JsonObject {
    if (random.chance(0.1)) return { [random.pick(EMPTIED).field]: null };
    const chosen = random.shuffled(SHARED).slice(0, random.int(1, 2));
    return Object.fromEntries(chosen.map(({ field, value }) => [field, value(this.#mark('c'))]));
  }

  take({ type, subject, payload }: ToldEvent): ProductEvent[] {
    if (type !== 'crm.contact.changed') return [];
    const name = `${TENANT}:${subject}`;
    const row = this.#rowOf(name);
    for (const [value, after] of Object.entries(payload['changes'] as Record<string, Json>)) {
      if (Object.hasOwn(row, value)) row[value] = typeof after === 'string' ? after : null;
    }
    return [this.#said(name, 'contact.updated')];
  }

  differences(records: ReadonlyMap<string, CrmRecord>): string[] {
    return this.names.flatMap((name) => {
      const record = records.get(name);
      return SHARED.flatMap((shared) => {
        const product = this.#rowOf(name)[shared.name] ?? null;
        const crm = (record?.[shared.field] as Json | undefined) ?? null;
        return differing(name, shared.field, { product, crm }) ?? [];
      });
    });
  }

  #said(name: string, type: string): ProductEvent {
    const subject = name.slice(TENANT.length + 1);
    const fixed = { id: subject, site: 'sunny-homes', created_at: '2026-03-01T09:00:00Z' };
    const data = { ...fixed, ...this.#rowOf(name), other_phone_number: null, address: null };
    return { type, subject, key: name, data };
  }

  #rowOf(name: string): Row {
    const row = this.#rows.get(name);
    if (row === undefined) throw new Error(`no contact ${name}`);
    return row;
  }

  /** No value is given twice. */
  #mark(side: 'c' | 'p'): string {
    this.#marks += 1;
    return `${side}${this.#marks}`;
  }
}
