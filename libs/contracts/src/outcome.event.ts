import { z } from 'zod';
import { COMMAND_STATES, operationSchema } from './command.ts';

/** What may have happened to a command: the event is `crm.command.<one of these>`. */
export const OUTCOME_EVENTS = [
  'succeeded',
  'skipped',
  'rejected',
  'throttled',
  'unavailable',
  'unknown',
  'merged',
  'edited',
  'retried',
  'restored',
] as const;

/** The payload of an event of the topic `crm.outcomes`: ids and codes, no field values and no reasons that may quote them. */
export const outcomeEventSchema = z.strictObject({
  command_id: z.string(),
  connection_id: z.string(),
  product: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  /** The event that the command follows from. */
  event_id: z.string(),
  operation: operationSchema,
  module: z.string(),
  record_id: z.string().nullable(),
  attempt: z.int().min(0),
  state: z.enum(COMMAND_STATES),
  code: z.string().nullable(),
  /** The field that was refused. */
  field: z.string().nullable(),
  /** A fixed word: why it was skipped, or who ended it. */
  cause: z.string().nullable().optional(),
  /** Without a call: the CRM has these values already. */
  saved: z.literal(true).optional(),
  /** Of a merged command: the one that does its work. */
  merged_into: z.string().optional(),
});
