import { z } from 'zod';
import { classifyRead } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import { unavailable } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';

/** The organisation that a token belongs to (reference 8). */
export interface ZohoOrg {
  readonly id: string;
  /** The number that uploads name (reference 4.2). */
  readonly zgid: string | null;
  readonly companyName: string | null;
  readonly timeZone: string | null;
  readonly currency: string | null;
  /** `production`, `sandbox` or `developer`, in lower case. */
  readonly type: string | null;
  /** Edition, from which credits and simultaneous calls follow (reference 5). */
  readonly paidType: string | null;
  readonly users: number | null;
}

const orgSchema = z.looseObject({
  org: z
    .array(
      z.looseObject({
        id: recordIdSchema,
        zgid: z.union([z.string(), z.number().int()]).transform(String).nullable().optional(),
        company_name: z.string().nullable().optional(),
        time_zone: z.string().nullable().optional(),
        iso_code: z.string().nullable().optional(),
        type: z.string().nullable().optional(),
        license_details: z
          .looseObject({
            paid_type: z.string().nullable().optional(),
            users_license_purchased: z.number().nullable().optional(),
          })
          .nullable()
          .optional(),
      }),
    )
    .min(1),
});

/** Reads the organisation. */
export function org(caller: Caller): Promise<{ readonly kind: 'ok'; readonly org: ZohoOrg } | Failure> {
  return caller.run({ kind: 'org', method: 'GET', path: '/org', records: 0 }, (reply) => {
    const result = classifyRead(reply, orgSchema);
    if (result.kind !== 'ok') return result;
    const [found] = result.body?.org ?? [];
    if (found === undefined) return unavailable('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
    return {
      kind: 'ok',
      org: {
        id: found.id,
        zgid: found.zgid ?? null,
        companyName: found.company_name ?? null,
        timeZone: found.time_zone ?? null,
        currency: found.iso_code ?? null,
        type: found.type?.toLowerCase() ?? null,
        paidType: found.license_details?.paid_type ?? null,
        users: found.license_details?.users_license_purchased ?? null,
      },
    };
  });
}
