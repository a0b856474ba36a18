import { z } from 'zod';
import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';

/** A module of the CRM (reference 8). */
export interface ZohoModule {
  readonly id: string | null;
  readonly apiName: string;
  readonly pluralLabel: string | null;
  readonly isCustom: boolean;
  readonly isApiSupported: boolean;
}

const modulesSchema = z.looseObject({
  modules: z.array(
    z
      .looseObject({
        id: z.string().nullable().optional(),
        api_name: z.string(),
        plural_label: z.string().nullable().optional(),
        generated_type: z.string().nullable().optional(),
        api_supported: z.boolean().nullable().optional(),
      })
      .transform((module): ZohoModule => ({
        id: module.id ?? null,
        apiName: module.api_name,
        pluralLabel: module.plural_label ?? null,
        isCustom: module.generated_type === 'custom',
        isApiSupported: module.api_supported ?? false,
      })),
  ),
});

/** Lists the modules. */
export function modules(
  caller: Caller,
): Promise<{ readonly kind: 'ok'; readonly modules: readonly ZohoModule[] } | Failure> {
  return caller.run({ kind: 'modules', method: 'GET', path: '/settings/modules', records: 0 }, (reply) => {
    const result = classifyRead(reply, modulesSchema);
    return result.kind === 'ok' ? { kind: 'ok', modules: result.body?.modules ?? [] } : result;
  });
}
