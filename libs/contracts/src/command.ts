import { z } from 'zod';
import { jsonObjectSchema } from './json.ts';

/** Classes of work that share a connection's credit budget (packs/README.md section 5). */
export const LANES = ['live', 'retry', 'replay', 'backfill', 'reconcile'] as const;
export const laneSchema = z.enum(LANES);
export type Lane = z.infer<typeof laneSchema>;

export const DESTINATIONS = ['zoho-crm'] as const;
export const destinationSchema = z.enum(DESTINATIONS);
export type Destination = z.infer<typeof destinationSchema>;

/**
 * `write`: the record shall have these fields (an upsert on the identity until the link is known, then an update by id).
 * `delete`: the record shall not be there; already gone counts as succeeded.
 */
export const operationSchema = z.enum(['write', 'delete']);
export type Operation = z.infer<typeof operationSchema>;

/** The one unique custom field that names a record as ours, and its value. */
export const identitySchema = z.object({ field: z.string(), value: z.string() });
export type Identity = z.infer<typeof identitySchema>;

/** One intended change of one external record, as a mapping asks for it. */
export const commandSchema = z.object({
  operation: operationSchema,
  module: z.string(),
  identity: identitySchema,
  /** Absolute values; null clears. Empty for a delete. */
  fields: jsonObjectSchema,
  /** Sent as `trigger`: which automations of the CRM may run (packs/README.md section 5). */
  trigger: z.array(z.string()),
  /** What becomes of a delete when a person converted the record meanwhile. */
  whenConverted: z.enum(['follow', 'skip']),
});
export type Command = z.infer<typeof commandSchema>;

/** The record a command speaks of; commands of one key are applied in order. */
export function recordKeyOf(command: Pick<Command, 'module' | 'identity'>): string {
  return `${command.module}/${command.identity.value}`;
}

/** Life of a command in the ledger. Only `ready` is claimed; `parked` holds back the later ones of its record. */
export const COMMAND_STATES = ['ready', 'in_flight', 'unknown', 'parked', 'succeeded', 'skipped'] as const;
export type CommandState = (typeof COMMAND_STATES)[number];
