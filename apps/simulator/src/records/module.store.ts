import { isIndexed, type Field } from '../schema/field.model.ts';
import type { Module } from '../schema/module.model.ts';
import { FieldIndex } from './field.index.ts';
import { IndexLag } from './index.lag.ts';
import type { Conversion, DeletedRecord, Fields, StoredRecord } from './record.model.ts';

export type RecordChange =
  | { readonly kind: 'record.put'; readonly module: string; readonly record: StoredRecord }
  | {
      readonly kind: 'record.bin';
      readonly module: string;
      readonly id: string;
      readonly at: number;
      readonly user: string;
    }
  | { readonly kind: 'record.unbin'; readonly module: string; readonly id: string };

/** The records of one module, with an index for each field that is looked up by value. */
export class ModuleStore {
  readonly module: Module;
  /** What a search finds of the latest changes. */
  readonly lag = new IndexLag();
  readonly #emit: (change: RecordChange) => void;
  readonly #live = new Map<string, StoredRecord>();
  readonly #bin = new Map<string, DeletedRecord>();
  readonly #indexes = new Map<string, FieldIndex>();
  #version = 0;

  constructor(module: Module, emit: (change: RecordChange) => void) {
    this.module = module;
    this.#emit = emit;
    for (const field of module.fields.values()) if (isIndexed(field)) this.index(field);
  }

  /** Grows with every write, so that what was derived from the records can be kept until then. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#live.size;
  }

  get(id: string): StoredRecord | undefined {
    return this.#live.get(id);
  }

  /** In the order in which they were made, converted Leads included. */
  all(): IterableIterator<StoredRecord> {
    return this.#live.values();
  }

  deleted(): IterableIterator<DeletedRecord> {
    return this.#bin.values();
  }

  /** Records with that value in an indexed field; undefined when the field has no index. */
  find(apiName: string, value: unknown): StoredRecord[] | undefined {
    const index = this.#indexes.get(apiName);
    if (index === undefined) return undefined;
    return [...index.find(value)].map((id) => this.#live.get(id)).filter((record) => record !== undefined);
  }

  add(record: StoredRecord): void {
    this.lag.note(record.id, { at: record.modifiedAt, before: undefined });
    this.#put(record);
    this.#emit({ kind: 'record.put', module: this.module.apiName, record });
  }

  /** Replaces a record's fields. */
  change(record: StoredRecord, after: { readonly fields: Fields; readonly modifiedAt: number }): void {
    const before = record.fields;
    this.lag.note(record.id, { at: after.modifiedAt, before });
    record.fields = after.fields;
    record.modifiedAt = after.modifiedAt;
    this.#reindex(record, before);
    this.#emit({ kind: 'record.put', module: this.module.apiName, record });
  }

  /** Notes what a Lead became. */
  convert(record: StoredRecord, conversion: Conversion): void {
    record.converted = conversion;
    this.#version += 1;
    this.#emit({ kind: 'record.put', module: this.module.apiName, record });
  }

  bin(record: StoredRecord, by: { readonly at: number; readonly user: string }): void {
    this.#live.delete(record.id);
    const before = record.fields;
    for (const [name, index] of this.#indexes) index.remove(before[name], record.id);
    this.#bin.set(record.id, { record, deletedAt: by.at, deletedBy: by.user });
    this.#version += 1;
    this.#emit({ kind: 'record.bin', module: this.module.apiName, id: record.id, ...by });
  }

  /** Takes a record out of the recycle bin. */
  unbin(id: string): StoredRecord | undefined {
    const found = this.#bin.get(id);
    if (found === undefined) return undefined;
    this.#bin.delete(id);
    this.#put(found.record);
    this.#emit({ kind: 'record.unbin', module: this.module.apiName, id });
    return found.record;
  }

  binned(id: string): DeletedRecord | undefined {
    return this.#bin.get(id);
  }

  /** Starts to index a field over the records that are there already. */
  index(field: Field): void {
    const index = new FieldIndex(field);
    for (const record of this.#live.values()) index.add(record.fields[field.apiName], record.id);
    this.#indexes.set(field.apiName, index);
  }

  /** Those in the bin first, as they are put and then deleted; the order of the others stays. */
  *state(): Generator<RecordChange> {
    const module = this.module.apiName;
    for (const { record, deletedAt: at, deletedBy: user } of this.#bin.values()) {
      yield { kind: 'record.put', module, record };
      yield { kind: 'record.bin', module, id: record.id, at, user };
    }
    for (const record of this.#live.values()) yield { kind: 'record.put', module, record };
  }

  /** @throws Error for a record that is not there */
  apply(change: RecordChange): void {
    if (change.kind === 'record.put') return this.#put(change.record);
    const { id } = change;
    const record = change.kind === 'record.bin' ? this.#live.get(id) : this.#bin.get(id)?.record;
    if (record === undefined) throw new Error(`no record ${id} in ${this.module.apiName}`);
    if (change.kind === 'record.bin') this.bin(record, { at: change.at, user: change.user });
    else this.unbin(id);
  }

  clear(): void {
    this.#live.clear();
    this.#bin.clear();
    this.lag.clear();
    this.#indexes.clear();
    for (const field of this.module.fields.values()) if (isIndexed(field)) this.index(field);
    this.#version += 1;
  }

  /** Adds a record, or sets it in the place of its earlier state. */
  #put(record: StoredRecord): void {
    const before = this.#live.get(record.id);
    this.#live.set(record.id, record);
    this.#reindex(record, before?.fields ?? {});
  }

  #reindex(record: StoredRecord, before: Fields): void {
    for (const [name, index] of this.#indexes) {
      if (before[name] === record.fields[name]) continue;
      index.remove(before[name], record.id);
      index.add(record.fields[name], record.id);
    }
    this.#version += 1;
  }
}
