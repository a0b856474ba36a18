import { z } from 'zod';
import { quietHoursSchema } from './quiet.hours.ts';

/** Constants of the fold and of the way back that a tenant chooses (packs/README.md section 7). */
export const connectionSettingsSchema = z.object({
  /** Module -> fields whose edits by people give generic `crm.<thing>.changed` events. Default: none. */
  watch: z.record(z.string(), z.array(z.string())).default({}),
  /** What the organisation may do, where the CRM does not tell it or another application shall have a part of it. */
  limits: z
    .object({ credits: z.number().int().positive().optional(), concurrency: z.number().int().positive().optional() })
    .optional(),
  /** When nothing goes out by itself; see quiet.hours.ts. */
  quietHours: quietHoursSchema.optional(),
  /** Module -> how often it is swept, and with how many calls at a time, where the service's own settings do not fit. */
  sweep: z
    .record(
      z.string(),
      z.object({ minutes: z.number().positive().optional(), calls: z.number().int().positive().optional() }),
    )
    .optional(),
});
export type ConnectionSettings = z.infer<typeof connectionSettingsSchema>;

export const CONNECTION_STATES = ['active', 'paused', 'action_needed', 'disconnected'] as const;
export const connectionStateSchema = z.enum(CONNECTION_STATES);
export type ConnectionState = z.infer<typeof connectionStateSchema>;

/** A connection without its secrets: what most code needs. */
export interface Connection {
  readonly id: string;
  readonly tenantId: string;
  readonly destination: string;
  readonly state: ConnectionState;
  readonly stateCode: string | null;
  readonly settings: ConnectionSettings;
}

/** What it takes to call the destination. */
export interface Credentials {
  readonly accountsUrl: string;
  /** API domains that a token's answer may name beside the destination's own. */
  readonly apiDomains: readonly string[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}
