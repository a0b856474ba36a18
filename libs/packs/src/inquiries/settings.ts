import { z } from 'zod';

export const RECORD_TYPES = ['contacts', 'messages', 'tickets'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** Settings of the connection that this pack reads. A new connection has nothing ticked, and gets nothing until somebody ticks it. */
export const settingsSchema = z.object({
  record_types: z.array(z.enum(RECORD_TYPES)).default([]),
  /** What becomes of a record that the product deleted. */
  on_delete: z.enum(['mark', 'delete']).default('mark'),
});

export type Settings = z.output<typeof settingsSchema>;
