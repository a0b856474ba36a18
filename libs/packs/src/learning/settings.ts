import { z } from 'zod';

/** Settings of the connection that this pack reads. */
export const settingsSchema = z.object({
  /** The user id is put behind it. */
  portfolio_base: z.url({ protocol: /^https?$/ }).default('https://learning.example/diploma/'),
  /** The product's old provider sends all mails. Another mode is refused while there is no destination for mails: it would send none. */
  'mail.mode': z.literal('off').default('off'),
});

export type Settings = z.output<typeof settingsSchema>;
