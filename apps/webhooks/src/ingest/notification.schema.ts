import { z } from 'zod';

/** Ids are texts of up to twenty digits. A JSON number that long has lost its last digits when it is read. */
const recordIdSchema = z.union([z.string().regex(/^\w{1,64}$/), z.number().int().nonnegative()]).transform(String);

/** A notification as Zoho sends it (reference 7.2). Thin: ids only count; everything else is read again. */
export const notificationSchema = z.looseObject({
  module: z.string().min(1),
  ids: z.array(recordIdSchema).min(1),
  operation: z.string().optional(),
  channel_id: z.union([z.string(), z.number()]).transform(String),
  token: z.string().nullable().optional(),
});
export type Notification = z.infer<typeof notificationSchema>;

/** What a body says as far as it can be read: the whole, or at least that it is JSON, or nothing. */
export type ParsedBody =
  | { readonly kind: 'notification'; readonly notification: Notification }
  | { readonly kind: 'other_json'; readonly token: string | null }
  | { readonly kind: 'no_json' };

export function parseBody(body: Buffer): ParsedBody {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return { kind: 'no_json' };
  }
  const parsed = notificationSchema.safeParse(json);
  if (parsed.success) return { kind: 'notification', notification: parsed.data };
  const token = z.object({ token: z.string() }).safeParse(json);
  return { kind: 'other_json', token: token.success ? token.data.token : null };
}
