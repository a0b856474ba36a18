import type { JsonObject } from '#contracts';
import { classifyWrite } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';

/** Most fields in one call (reference 8). */
const FIELDS_A_CALL = 5;

/** A custom field to create. Zoho makes its API name from the label, so read it back and compare. */
export interface NewField {
  readonly label: string;
  /** Zoho's API data type. */
  readonly dataType: string;
  readonly length?: number;
  readonly decimalPlaces?: number;
  /** At most two unique fields a module, in every edition (reference 8). */
  readonly unique?: boolean;
  /** Also an external id for the whole organisation, where the edition has them. */
  readonly external?: boolean;
  /** Of a picklist. */
  readonly values?: readonly string[];
  /** Of a multi-line text: 2,000, 32,000 or 50,000 characters. */
  readonly textArea?: 'small' | 'large' | 'rich_text';
}

/** Creates custom fields, five a call; the outcome of each names the new field's id. */
export function createFields(
  caller: Caller,
  module: string,
  options: { readonly fields: readonly NewField[] },
): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: { kind: 'fields_create', method: 'POST', path: '/settings/fields', query: { module } },
    records: options.fields.map(fieldBody),
    wrapper: 'fields',
    most: FIELDS_A_CALL,
  });
}

/** Adds values to a picklist; those that are there stay. */
export async function addPicklistValues(
  caller: Caller,
  module: string,
  options: { readonly fieldId: string; readonly values: readonly string[] },
): Promise<WriteOutcome> {
  const { fieldId, values } = options;
  const [outcome] = await caller.run(
    {
      kind: 'fields_update',
      method: 'PATCH',
      path: `/settings/fields/${encodeURIComponent(fieldId)}`,
      shownPath: '/settings/fields/{id}',
      query: { module },
      body: { fields: [{ pick_list_values: picklist(values) }] },
      records: 1,
    },
    (reply) => classifyWrite(reply, { wrapper: 'fields', count: 1 }),
  );
  if (outcome === undefined) throw new Error('a write of one record has one outcome');
  return outcome;
}

function fieldBody(field: NewField): JsonObject {
  return {
    field_label: field.label,
    data_type: field.dataType,
    ...(field.length === undefined ? {} : { length: field.length }),
    ...(field.decimalPlaces === undefined ? {} : { decimal_place: field.decimalPlaces }),
    ...(field.unique === true ? { unique: { case_sensitive: false } } : {}),
    ...(field.external === true ? { external: { type: 'org', show: true } } : {}),
    ...(field.values === undefined ? {} : { pick_list_values: picklist(field.values) }),
    ...(field.textArea === undefined ? {} : { textarea: { type: field.textArea } }),
  };
}

function picklist(values: readonly string[]): JsonObject[] {
  return values.map((value) => ({ display_value: value, actual_value: value }));
}
