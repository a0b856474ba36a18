import { z } from 'zod';
import { classifyRead } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';

/** A layout of a module, with the fields that it shows (reference 8). */
export interface ZohoLayout {
  readonly id: string;
  readonly name: string | null;
  readonly status: string | null;
  readonly fields: readonly { readonly apiName: string; readonly isRequired: boolean }[];
}

const layoutSchema = z
  .looseObject({
    id: recordIdSchema,
    name: z.string().nullable().optional(),
    status: z.union([z.string(), z.number()]).transform(String).nullable().optional(),
    sections: z
      .array(
        z.looseObject({
          fields: z
            .array(z.looseObject({ api_name: z.string(), required: z.boolean().nullable().optional() }))
            .nullable()
            .optional(),
        }),
      )
      .nullable()
      .optional(),
  })
  .transform((layout): ZohoLayout => ({
    id: layout.id,
    name: layout.name ?? null,
    status: layout.status ?? null,
    fields: (layout.sections ?? []).flatMap(({ fields }) =>
      (fields ?? []).map((field) => ({ apiName: field.api_name, isRequired: field.required ?? false })),
    ),
  }));
const layoutsSchema = z.looseObject({ layouts: z.array(layoutSchema) });

/** Lists the layouts of a module. */
export function layouts(
  caller: Caller,
  module: string,
): Promise<{ readonly kind: 'ok'; readonly layouts: readonly ZohoLayout[] } | Failure> {
  return caller.run(
    { kind: 'layouts', method: 'GET', path: '/settings/layouts', query: { module }, records: 0 },
    (reply) => {
      const result = classifyRead(reply, layoutsSchema);
      return result.kind === 'ok' ? { kind: 'ok', layouts: result.body?.layouts ?? [] } : result;
    },
  );
}

/** A pipeline with its stages in order. What is written is the actual value, which people may see as another (reference 8). */
export interface ZohoPipeline {
  readonly id: string | null;
  readonly name: string;
  readonly isDefault: boolean;
  readonly stages: readonly { readonly id: string | null; readonly value: string; readonly shown: string }[];
}

const pipelinesSchema = z.looseObject({
  pipeline: z.array(
    z
      .looseObject({
        id: z.string().nullable().optional(),
        actual_value: z.string(),
        default: z.boolean().nullable().optional(),
        maps: z.array(
          z.looseObject({
            id: z.string().nullable().optional(),
            actual_value: z.string(),
            display_value: z.string(),
            sequence_number: z.number().nullable().optional(),
          }),
        ),
      })
      .transform((pipeline): ZohoPipeline => ({
        id: pipeline.id ?? null,
        name: pipeline.actual_value,
        isDefault: pipeline.default ?? false,
        stages: pipeline.maps
          .toSorted((a, b) => (a.sequence_number ?? 0) - (b.sequence_number ?? 0))
          .map((stage) => ({ id: stage.id ?? null, value: stage.actual_value, shown: stage.display_value })),
      })),
  ),
});

/** Lists the pipelines of a layout of Deals; none where pipelines are off. */
export function pipelines(
  caller: Caller,
  layoutId: string,
): Promise<{ readonly kind: 'ok'; readonly pipelines: readonly ZohoPipeline[] } | Failure> {
  const query = { layout_id: layoutId };
  return caller.run({ kind: 'pipelines', method: 'GET', path: '/settings/pipeline', query, records: 0 }, (reply) => {
    const result = classifyRead(reply, pipelinesSchema);
    return result.kind === 'ok' ? { kind: 'ok', pipelines: result.body?.pipeline ?? [] } : result;
  });
}
