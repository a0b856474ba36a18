import type { IdSequence } from '../org/id.sequence.ts';
import { makeField } from './field.maker.ts';
import type { Field } from './field.model.ts';
import { standardPipelines } from './layout.model.ts';
import type { Module, ModuleSpec } from './module.model.ts';
import type { Pipeline } from './pipeline.model.ts';
import { SYSTEM_FIELDS } from './standard/field.specs.ts';
import { ACCOUNTS, CONTACTS, LEADS, VENDORS } from './standard/people.modules.ts';
import { DEALS, PRODUCTS, QUOTES } from './standard/sales.modules.ts';
import { CASES, NOTES, TASKS } from './standard/work.modules.ts';

const STANDARD: readonly ModuleSpec[] = [
  LEADS,
  CONTACTS,
  ACCOUNTS,
  DEALS,
  TASKS,
  CASES,
  PRODUCTS,
  QUOTES,
  VENDORS,
  NOTES,
];

interface FieldChange {
  readonly kind: 'field.put';
  readonly module: string;
  readonly field: Field;
}

interface PipelineChange {
  readonly kind: 'pipeline.put';
  readonly module: string;
  readonly pipeline: Pipeline;
}

export type SchemaChange = FieldChange | PipelineChange;

/** The modules of the organisation and their fields, standard and custom. */
export class Schema {
  readonly #ids: IdSequence;
  readonly #emit: (change: SchemaChange) => void;
  readonly #modules = new Map<string, Module>();

  constructor(ids: IdSequence, emit: (change: SchemaChange) => void) {
    this.#ids = ids;
    this.#emit = emit;
    for (const spec of STANDARD) this.#modules.set(spec.apiName, this.#make(spec));
  }

  modules(): Module[] {
    return [...this.#modules.values()];
  }

  module(apiName: string): Module | undefined {
    return this.#modules.get(apiName);
  }

  /** By API name or by id: bodies may give either. */
  moduleBy(given: { readonly api_name?: unknown; readonly id?: unknown }): Module | undefined {
    return this.modules().find((module) => module.apiName === given.api_name || module.id === given.id);
  }

  put(module: Module, field: Field): void {
    module.fields.set(field.apiName, field);
    module.version += 1;
    this.#emit({ kind: 'field.put', module: module.apiName, field });
  }

  /** A pipeline that is new or has changed. Its name has to be a value of the field Pipeline already. */
  putPipeline(module: Module, pipeline: Pipeline): void {
    module.pipelines.set(pipeline.id, pipeline);
    this.#emit({ kind: 'pipeline.put', module: module.apiName, pipeline });
  }

  /** Standard fields too: their values may have changed, and a reset gives those new ids. */
  *state(): Generator<SchemaChange> {
    for (const module of this.#modules.values()) {
      for (const field of module.fields.values()) yield { kind: 'field.put', module: module.apiName, field };
      for (const pipeline of module.pipelines.values())
        yield { kind: 'pipeline.put', module: module.apiName, pipeline };
    }
  }

  /** Back to the fields, values and pipelines of the start. */
  clear(): void {
    for (const spec of STANDARD) {
      const module = this.#modules.get(spec.apiName);
      if (module !== undefined) this.#fill(module, spec);
    }
  }

  #make(spec: ModuleSpec): Module {
    const module: Module = { ...spec, id: this.#ids.next(), fields: new Map(), pipelines: new Map(), version: 0 };
    this.#fill(module, spec);
    return module;
  }

  #fill(module: Module, spec: ModuleSpec): void {
    const before = new Map(module.fields);
    module.fields.clear();
    module.pipelines.clear();
    for (const [id, pipeline] of standardPipelines(module)) module.pipelines.set(id, pipeline);
    module.version += 1;
    for (const declared of [...spec.fields, ...SYSTEM_FIELDS]) {
      const made = makeField(declared, this.#ids);
      const id = before.get(made.apiName)?.id ?? made.id;
      module.fields.set(made.apiName, { ...made, id });
    }
  }
}
