import { z } from 'zod';

const names = (...list: string[]) => z.array(z.string().min(1)).default(list);

/** What each stage of a Deal means: exact actual values, case sensitive. A stage that stands nowhere is listed, never guessed. */
const stagesSchema = z.object({
  draft: names('Proposal/Price Quote', 'Negotiation/Review'),
  active: names('Closed Won'),
  terminated: names('Closed Lost', 'Closed Lost to Competition', 'Closed-Lost to Competition'),
  neutral: names(
    'Qualification',
    'Needs Analysis',
    'Value Proposition',
    'Id. Decision Makers',
    'Identify Decision Makers',
    'Perception Analysis',
  ),
});

const MOST_DAYS = 3650;

/** Settings of the connection that this pack reads. */
export const settingsSchema = z.object({
  currency: z.string().min(1).default('ZAR'),
  /** Not sent unless it is set. */
  pipeline: z.string().min(1).nullish(),
  close_after_days: z.int().min(0).max(MOST_DAYS).default(30),
  /** How often an edit of one of our fields is undone before the CRM's value is left standing. */
  restore_limit: z.int().min(0).default(3),
  stages: stagesSchema.prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
