import { z } from 'zod';
import { classifyRead } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';
import { infoSchema } from './record.read.ts';

/** A user of the CRM (reference 8). */
export interface ZohoUser {
  readonly id: string;
  readonly fullName: string | null;
  readonly email: string | null;
  readonly status: string | null;
  readonly timeZone: string | null;
}

export interface UsersOptions {
  /** `CurrentUser` is the one that the grant belongs to. */
  readonly type: 'ActiveUsers' | 'AllUsers' | 'AdminUsers' | 'CurrentUser';
  /** From 1. */
  readonly page?: number;
}

export type UsersResult =
  { readonly kind: 'ok'; readonly users: readonly ZohoUser[]; readonly nextPage: number | null } | Failure;

const usersSchema = z.looseObject({
  users: z.array(
    z
      .looseObject({
        id: recordIdSchema,
        full_name: z.string().nullable().optional(),
        email: z.string().nullable().optional(),
        status: z.string().nullable().optional(),
        time_zone: z.string().nullable().optional(),
      })
      .transform((user): ZohoUser => ({
        id: user.id,
        fullName: user.full_name ?? null,
        email: user.email ?? null,
        status: user.status ?? null,
        timeZone: user.time_zone ?? null,
      })),
  ),
  info: infoSchema,
});

/** Lists one page of users. */
export function users(caller: Caller, options: UsersOptions): Promise<UsersResult> {
  const { type, page = 1 } = options;
  return caller.run(
    { kind: 'users', method: 'GET', path: '/users', query: { type, page: String(page), per_page: '200' }, records: 0 },
    (reply) => {
      const result = classifyRead(reply, usersSchema);
      if (result.kind !== 'ok') return result;
      const more = result.body?.info?.more_records === true;
      return { kind: 'ok', users: result.body?.users ?? [], nextPage: more ? page + 1 : null };
    },
  );
}
