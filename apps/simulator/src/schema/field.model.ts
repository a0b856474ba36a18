/** The data types of the fields API that the simulator knows. `parent` is the Notes' own: a module and an id. */
export const CREATABLE_TYPES = [
  'text',
  'textarea',
  'email',
  'phone',
  'website',
  'integer',
  'bigint',
  'double',
  'currency',
  'percent',
  'boolean',
  'date',
  'datetime',
  'picklist',
  'multiselectpicklist',
  'lookup',
] as const;

export type DataType = (typeof CREATABLE_TYPES)[number] | 'ownerlookup' | 'subform' | 'parent' | 'jsonarray';

export interface PicklistValue {
  readonly id: string;
  readonly display: string;
  readonly actual: string;
  readonly sequence: number;
}

/** One field of a module, as far as its metadata matter to the API's behaviour. */
export interface Field {
  readonly id: string;
  readonly apiName: string;
  readonly label: string;
  readonly type: DataType;
  readonly length: number;
  readonly decimals?: number;
  readonly mandatory: boolean;
  readonly custom: boolean;
  readonly readOnly: boolean;
  readonly unique?: { readonly caseSensitive: boolean };
  readonly external?: { readonly type: string; readonly show: boolean };
  readonly values?: readonly PicklistValue[];
  /** Module that a lookup points at; `*` where `$se_module` of the record names it. */
  readonly lookup?: string;
  /** Kept in an index although not unique: the system's duplicate check or a parent. */
  readonly indexed?: boolean;
}

/** What a field needs to be declared; the rest follows from its type. */
export interface FieldSpec {
  readonly apiName: string;
  readonly type: DataType;
  readonly label?: string;
  readonly length?: number;
  readonly decimals?: number;
  readonly mandatory?: boolean;
  readonly custom?: boolean;
  readonly readOnly?: boolean;
  readonly unique?: Field['unique'];
  readonly external?: Field['external'];
  /** Display values, or pairs of display and actual value. */
  readonly values?: readonly (string | readonly [display: string, actual: string])[];
  readonly lookup?: string;
  readonly indexed?: boolean;
}

/** Greatest length of each type, and the default where none is given (reference 8). */
export const LENGTHS: Readonly<Record<DataType, number>> = {
  text: 255,
  textarea: 32_000,
  email: 100,
  phone: 30,
  website: 450,
  integer: 9,
  bigint: 18,
  double: 16,
  currency: 16,
  percent: 5,
  boolean: 5,
  date: 20,
  datetime: 120,
  picklist: 120,
  multiselectpicklist: 2000,
  lookup: 120,
  ownerlookup: 120,
  subform: 120,
  parent: 120,
  jsonarray: 120,
};

export function isIndexed(field: Field): boolean {
  return field.unique !== undefined || field.indexed === true;
}
