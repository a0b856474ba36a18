import { z } from 'zod';
import type { FaultRule } from '../faults/fault.store.ts';
import { LOCATIONS } from '../centres/data.centre.ts';
import { EDITIONS } from '../limits/edition.ts';
import { KEEPABLE } from '../org/org.ts';
import { ControlError } from './control.error.ts';

const fields = z.record(z.string(), z.unknown());
const user = z.union([
  z.string().min(1),
  z.strictObject({ name: z.string().optional(), email: z.string().optional() }),
]);
const which = { match: fields.optional(), id: z.string().optional(), user: user.optional() };
const chance = z.number().min(0).max(1);

/** The switches of `settings`. */
export const SETTINGS = {
  latencyMs: z
    .union([
      z.number().min(0),
      z.strictObject({ minMs: z.number().min(0), maxMs: z.number().min(0) }),
      z.strictObject({ medianMs: z.number().positive(), p99Ms: z.number().positive() }),
    ])
    .optional(),
  searchDelayMs: z.number().int().min(0).optional(),
  consent: z.enum(['at_once', 'page']).optional(),
  clientEnabled: z.boolean().optional(),
  userHome: z.enum(['', ...LOCATIONS]).optional(),
  bulkDelayMs: z.number().int().min(0).optional(),
  mergeDelayMs: z.number().int().min(0).optional(),
  unknownFields: z.enum(['reject', 'ignore']).optional(),
  newPicklistValues: z.enum(['reject', 'accept']).optional(),
  accessDeniedStatus: z.union([z.literal(400), z.literal(200)]).optional(),
};

/** The bodies of the control side. Unknown keys are mistakes and are named. */
export const BODIES = {
  edit: z.strictObject({ module: z.string(), ...which, fields }),
  create: z.strictObject({ module: z.string(), fields, user: user.optional() }),
  delete: z.strictObject({ module: z.string(), ...which }),
  convert: z.strictObject({ module: z.string().default('Leads'), ...which }),
  merge: z.strictObject({
    module: z.string(),
    id: z.string(),
    others: z.array(z.string()).min(1).max(2),
    user: user.optional(),
  }),
  notify: z.strictObject({ module: z.string(), ...which, times: z.number().int().min(1).max(1000).default(1) }),
  restore: z.strictObject({ module: z.string(), id: z.string(), user: user.optional() }),
  fault: z.strictObject({
    kind: z.string().optional(),
    path: z.string().optional(),
    method: z.string().optional(),
    module: z.string().optional(),
    count: z.number().int().min(1).optional(),
    probability: chance.optional(),
    effect: z.union([
      z.enum(['drop_answer', 'cut_request', 'html', 'half_body', 'revoke_token']),
      z.strictObject({
        status: z.number().int().min(200).max(599),
        body: z.unknown().optional(),
        headers: z.record(z.string(), z.string()).optional(),
        after: z.boolean().optional(),
      }),
      z.strictObject({ delayMs: z.number().int().min(0) }),
      z.strictObject({ cut_answer_at: z.number().int().min(0) }),
      z.strictObject({ cut_request_at: z.number().int().min(0) }),
      z.strictObject({ moveClockMs: z.number().int() }),
    ]),
  }) as z.ZodType<FaultRule>,
  clock: z.strictObject({
    now: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
    advanceMs: z.number().optional(),
  }),
  notifications: z.strictObject({
    loss: chance.optional(),
    delayMs: z.number().min(0).max(600_000).optional(),
    duplicate: chance.optional(),
    reorder: chance.optional(),
    withheld: z.boolean().optional(),
  }),
  limits: z.strictObject({
    edition: z.enum(EDITIONS).optional(),
    users: z.number().int().min(1).optional(),
    credits: z.number().int().min(0).nullable().optional(),
    concurrency: z.number().int().min(0).nullable().optional(),
    subConcurrency: z.number().int().min(0).nullable().optional(),
  }),
  settings: z.strictObject(SETTINGS),
  snapshot: z.strictObject({ name: z.string().min(1) }),
  goBack: z.strictObject({ name: z.string().optional(), snapshot: z.unknown().optional() }),
  reset: z.strictObject({ keep: z.array(z.enum(KEEPABLE)).default([]), keepFields: z.boolean().default(false) }),
};

/** @throws ControlError 400 that says what is wrong with the body */
export function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  throw new ControlError(400, z.prettifyError(result.error));
}
