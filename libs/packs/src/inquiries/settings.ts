import { z } from 'zod';

export const RECORD_TYPES = ['contacts', 'messages', 'tickets'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** Settings of the connection that this pack reads. A new connection has nothing ticked, and cannot be saved so. */
export const settingsSchema = z.object({
  record_types: z.array(z.enum(RECORD_TYPES)).default([]),
  /** What becomes of a record that the product deleted. */
  on_delete: z.enum(['mark', 'delete']).default('mark'),
});

export type Settings = z.output<typeof settingsSchema>;

/** A connection with nothing ticked would be active and never get anything. */
export function refuses({ record_types: ticked }: Settings): string | null {
  return ticked.length > 0 ? null : `record_types names nothing; tick one or more of ${RECORD_TYPES.join(', ')}`;
}
