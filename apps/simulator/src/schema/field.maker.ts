import type { IdSequence } from '../org/id.sequence.ts';
import { LENGTHS, type Field, type FieldSpec, type PicklistValue } from './field.model.ts';

/** A field from its declaration, with new ids for itself and its picklist values. */
export function makeField(spec: FieldSpec, ids: IdSequence): Field {
  return {
    id: ids.next(),
    apiName: spec.apiName,
    label: spec.label ?? spec.apiName.replaceAll('_', ' '),
    type: spec.type,
    length: spec.length ?? LENGTHS[spec.type],
    mandatory: spec.mandatory ?? false,
    custom: spec.custom ?? false,
    readOnly: spec.readOnly ?? false,
    ...(spec.decimals === undefined ? {} : { decimals: spec.decimals }),
    ...(spec.unique === undefined ? {} : { unique: spec.unique }),
    ...(spec.external === undefined ? {} : { external: spec.external }),
    ...(spec.lookup === undefined ? {} : { lookup: spec.lookup }),
    ...(spec.indexed === undefined ? {} : { indexed: spec.indexed }),
    ...(spec.values === undefined ? {} : { values: spec.values.map((value, at) => makeValue({ value, at }, ids)) }),
  };
}

/** A picklist value; a text stands for both what is shown and what is stored. */
export function makeValue(
  given: { readonly value: string | readonly [string, string]; readonly at: number },
  ids: IdSequence,
): PicklistValue {
  const [display, actual] = typeof given.value === 'string' ? [given.value, given.value] : given.value;
  return { id: ids.next(), display, actual, sequence: given.at + 1 };
}
