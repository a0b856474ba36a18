import { z } from 'zod';
import { jsonObjectSchema, type Json, type JsonObject } from './json.ts';

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
 * The others are effects, which happen once: `note` and `task` are made for the record, `convert` makes a Lead a Contact and an Account.
 */
export const operationSchema = z.enum(['write', 'delete', 'note', 'task', 'convert']);
export type Operation = z.infer<typeof operationSchema>;

/** The one unique custom field that names a record as ours, and its value; a number where the field is one. */
export const identitySchema = z.object({ field: z.string(), value: z.union([z.string(), z.int()]) });
export type Identity = z.infer<typeof identitySchema>;

/** A record by the module and identity that name it as ours. */
export const recordNameSchema = z.object({ module: z.string(), identity: identitySchema });
export type RecordName = z.infer<typeof recordNameSchema>;

const madeRecordSchema = recordNameSchema.extend({ shared: z.literal(true).optional() });
export type MadeRecord = z.infer<typeof madeRecordSchema>;

/** One intended change of one external record, as a mapping asks for it. */
export const commandSchema = z.object({
  operation: operationSchema,
  /** With the identity: the record; of an effect, the one that it is made for. */
  module: z.string(),
  identity: identitySchema,
  /** Absolute values; null clears. Empty for a delete; of an effect its own fields. A value may be a `linkTo`. */
  fields: jsonObjectSchema,
  /** Sent as `trigger`: which automations of the CRM may run (packs/README.md section 5). */
  trigger: z.array(z.string()),
  /** What becomes of a delete when a person converted the record meanwhile. */
  whenConverted: z.enum(['follow', 'skip']),
  /** The write never makes the record: it waits until the record's link is known. */
  linkOnly: z.literal(true).optional(),
  /** The write only makes the record: where there is a link already, nothing is sent. */
  ensure: z.literal(true).optional(),
  /** What makes an effect happen once: `<product>/<effect>/<ids>`, unique in a connection. */
  effectKey: z.string().optional(),
  /** The records that a conversion makes, which get their links from its answer. `shared`: it may be somebody else's as well. */
  makes: z.array(madeRecordSchema).optional(),
});
export type Command = z.infer<typeof commandSchema>;

/** The record a command speaks of; commands of one key are applied in order. */
export function recordKeyOf(command: Pick<Command, 'module' | 'identity'>): string {
  return `${command.module}/${command.identity.value}`;
}

const linkReferenceSchema = z.strictObject({ $link: z.strictObject({ module: z.string(), value: z.string() }) });

/** A lookup's value: the id of the record that this identity value names, known once its link is. */
export function linkTo({ module, identity }: RecordName): JsonObject {
  return { $link: { module, value: String(identity.value) } };
}

/** The record key that a field's value refers to; null for a value that is no reference. */
export function linkedKeyOf(value: Json): string | null {
  // Nearly all values are none, and a schema that refuses costs far more than this look.
  if (typeof value !== 'object' || value === null || !('$link' in value)) return null;
  const parsed = linkReferenceSchema.safeParse(value);
  return parsed.success ? `${parsed.data.$link.module}/${parsed.data.$link.value}` : null;
}

/** The record keys that a value refers to, at whatever depth: a row of a subform has lookups of its own. */
export function linkedKeysOf(value: Json): string[] {
  // Nearly all fields are plain values: nothing is made for those.
  if (typeof value !== 'object' || value === null) return [];
  const key = linkedKeyOf(value);
  if (key !== null) return [key];
  const keys: string[] = [];
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) keys.push(...linkedKeysOf(part));
  }
  return keys;
}

/** The value with each reference in it, at whatever depth, put as `idOf` says; one that it gives nothing for is left out. */
export function withLinks(value: Json, idOf: (recordKey: string) => Json | undefined): Json | undefined {
  const key = linkedKeyOf(value);
  if (key !== null) return idOf(key);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.flatMap((part) => withLinks(part, idOf) ?? []);
  const parts = Object.entries(value).map(([name, part]): [string, Json | undefined] => [name, withLinks(part, idOf)]);
  return Object.fromEntries(parts.filter((part): part is [string, Json] => part[1] !== undefined));
}

/** Life of a command in the ledger. Only `ready` is claimed; `parked` holds back the later ones of its record. */
export const COMMAND_STATES = ['ready', 'in_flight', 'unknown', 'parked', 'succeeded', 'skipped'] as const;
export type CommandState = (typeof COMMAND_STATES)[number];
