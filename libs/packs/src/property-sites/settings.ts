import { z } from 'zod';

/** Settings of the connection that this pack reads. */
export const settingsSchema = z.object({
  base_domain: z.string().min(1).default('pwb.io'),
  /** Zoho user ids of those who get the tasks; without one Zoho gives a task to the integration user. */
  rep_id: z.string().min(1).nullish(),
  manager_id: z.string().min(1).nullish(),
});

export type Settings = z.output<typeof settingsSchema>;
