import type { Field, FieldSpec } from './field.model.ts';
import type { Pipeline } from './pipeline.model.ts';

/** What makes a module, before it has ids. */
export interface ModuleSpec {
  readonly apiName: string;
  readonly singular: string;
  readonly plural: string;
  /** The field whose value is the record's name in lookups. */
  readonly nameField: string;
  /** The field that an upsert compares by default (reference 2.3). */
  readonly systemField?: string;
  readonly upsertable: boolean;
  readonly watchable: boolean;
  readonly fields: readonly FieldSpec[];
}

export interface Module extends Omit<ModuleSpec, 'fields'> {
  readonly id: string;
  /** By API name, which is case sensitive, in the order of the layout. */
  readonly fields: Map<string, Field>;
  /** By id, in their order; only Deals have some. */
  readonly pipelines: Map<string, Pipeline>;
  /** Grows with each change of the fields. */
  version: number;
}

/** The unique fields of a module in the order in which they were made: U1, U2. */
export function uniqueFields(module: Module): readonly Field[] {
  const known = kept.get(module);
  if (known !== undefined && known.version === module.version) return known.fields;
  const fields = [...module.fields.values()].filter((field) => field.unique !== undefined);
  kept.set(module, { version: module.version, fields });
  return fields;
}

/** Every record that is written asks for them; fields change seldom. */
const kept = new WeakMap<Module, { readonly version: number; readonly fields: readonly Field[] }>();
