import type { ErrorBody } from '../answers/answer.ts';
import type { Place } from '../answers/errors.ts';
import type { Field } from '../schema/field.model.ts';
import type { Module } from '../schema/module.model.ts';

/** What a check needs to know of the world around the value. */
export interface CheckScope {
  /** Whether a record of that module, or a user (`users`), is there. */
  readonly exists: (module: string, id: string) => boolean;
  /** Whether a picklist takes values that it does not list; Stage and Pipeline never do. */
  readonly newValues: 'accept' | 'reject';
}

export type Checked = { readonly value: unknown } | { readonly error: ErrorBody };

export interface CheckInput {
  readonly field: Field;
  readonly value: unknown;
  readonly place: Place;
}

export interface RecordScope extends CheckScope {
  readonly unknownFields: 'reject' | 'ignore';
  /** The module that a body names by API name or id. */
  readonly moduleBy: (given: { readonly api_name?: unknown; readonly id?: unknown }) => Module | undefined;
  readonly newId: () => string;
}

export interface RecordInput {
  readonly module: Module;
  readonly input: unknown;
  /** `$.data[0]` */
  readonly path: string;
  readonly mode: 'insert' | 'update';
}
