import { email, fullName, id, optional, phone, required } from '#mapping';
import { z } from 'zod';

/** The captured columns as they are now. Everything missing is empty: each event carries the whole row. */
const row = z.object({
  id: required(id()),
  email: optional(email),
  full_name: optional(fullName),
  phone: optional(phone),
});

export const events = {
  'user.created': { 1: row },
  'user.updated': { 1: row },
  'user.deleted': { 1: z.object({ id: required(id()) }) },
};

export type Row = z.output<typeof row>;
