import { z } from 'zod';
import { recordIdSchema } from '../answer/zoho.items.ts';
import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';

/** A field of a module as its metadata say (reference 8). */
export interface ZohoField {
  readonly id: string;
  readonly apiName: string;
  readonly label: string;
  /** Zoho's API data type: `text`, `email`, `picklist`, `datetime`, ... */
  readonly dataType: string;
  readonly length: number | null;
  readonly isMandatory: boolean;
  readonly isCustom: boolean;
  readonly isReadOnly: boolean;
  readonly isUnique: boolean;
  /** `org` or `user` for an external-id field, else null. */
  readonly external: string | null;
  /** Values of a picklist as they are written (`actual_value`), which may differ from what people see. */
  readonly values: readonly string[];
  /** The ids of those values, as pipelines name their stages. */
  readonly valueIds?: Readonly<Record<string, string>>;
}

export type FieldsResult = { readonly kind: 'ok'; readonly fields: readonly ZohoField[] } | Failure;

const fieldSchema = z
  .looseObject({
    id: recordIdSchema,
    api_name: z.string(),
    field_label: z.string().nullable().optional(),
    data_type: z.string(),
    length: z.number().nullable().optional(),
    system_mandatory: z.boolean().nullable().optional(),
    custom_field: z.boolean().nullable().optional(),
    read_only: z.boolean().nullable().optional(),
    field_read_only: z.boolean().nullable().optional(),
    unique: z.record(z.string(), z.unknown()).nullable().optional(),
    external: z.looseObject({ type: z.string().nullable().optional() }).nullable().optional(),
    pick_list_values: z
      .array(
        z.looseObject({
          actual_value: z.string().nullable().optional(),
          id: recordIdSchema.nullable().optional().catch(null),
        }),
      )
      .nullable()
      .optional(),
  })
  .transform((field): ZohoField => ({
    id: field.id,
    apiName: field.api_name,
    label: field.field_label ?? field.api_name,
    dataType: field.data_type,
    length: field.length ?? null,
    isMandatory: field.system_mandatory ?? false,
    isCustom: field.custom_field ?? false,
    isReadOnly: (field.read_only ?? false) || (field.field_read_only ?? false),
    // A field that is not unique has `{}` or nothing there.
    isUnique: Object.keys(field.unique ?? {}).length > 0,
    external: field.external?.type ?? null,
    values: (field.pick_list_values ?? []).flatMap(({ actual_value: value }) => value ?? []),
    ...valueIdsOf(field.pick_list_values ?? []),
  }));
const fieldsSchema = z.looseObject({ fields: z.array(fieldSchema) });

function valueIdsOf(
  values: readonly { readonly actual_value?: string | null | undefined; readonly id?: string | null | undefined }[],
): Pick<ZohoField, 'valueIds'> {
  const ids = values.flatMap(({ actual_value: value, id }) => (value && id ? [[value, id] as const] : []));
  return ids.length === 0 ? {} : { valueIds: Object.fromEntries(ids) };
}

/** Reads the fields of a module. */
export function fields(caller: Caller, module: string): Promise<FieldsResult> {
  return caller.run(
    { kind: 'fields', method: 'GET', path: '/settings/fields', query: { module }, records: 0 },
    (reply) => {
      const result = classifyRead(reply, fieldsSchema);
      return result.kind === 'ok' ? { kind: 'ok', fields: result.body?.fields ?? [] } : result;
    },
  );
}
