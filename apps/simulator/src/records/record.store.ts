import type { Module } from '../schema/module.model.ts';
import type { Schema } from '../schema/schema.store.ts';
import { ModuleStore, type RecordChange } from './module.store.ts';
import type { StoredRecord } from './record.model.ts';

/** All records, by module. */
export class RecordStore {
  readonly #stores = new Map<string, ModuleStore>();

  constructor(schema: Schema, emit: (change: RecordChange) => void) {
    for (const module of schema.modules()) this.#stores.set(module.apiName, new ModuleStore(module, emit));
  }

  of(module: Module): ModuleStore {
    const store = this.#stores.get(module.apiName);
    if (store === undefined) throw new Error(`no store for module ${module.apiName}`);
    return store;
  }

  get(module: string, id: string): StoredRecord | undefined {
    return this.#stores.get(module)?.get(id);
  }

  all(): ModuleStore[] {
    return [...this.#stores.values()];
  }

  clear(): void {
    for (const store of this.#stores.values()) store.clear();
  }
}
