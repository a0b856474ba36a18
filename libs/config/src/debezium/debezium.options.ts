import { z } from 'zod';
import { additionalFieldsSchema } from './additional.fields.ts';
import { compileRoute } from './topic.route.ts';

/** Case and blanks around do not count, as in the original. */
const choice = <const T extends [string, ...string[]]>(...values: T) =>
  z
    .string()
    .transform((given) => given.trim().toLowerCase())
    .pipe(z.enum(values));
const flag = z.union([z.boolean(), choice('true', 'false').transform((given) => given === 'true')]);
const column = z.string().trim().min(1);

const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter';
const BYTE_CONVERTERS = [
  'org.apache.kafka.connect.converters.ByteArrayConverter',
  'io.debezium.converters.BinaryDataConverter',
] as const;

/**
 * Options of Debezium's outbox event router (3.5, `io.debezium.transforms.outbox.EventRouter`) under their own names and with
 * their own defaults, and those of the connector that change what a record looks like. An unknown name is an error.
 */
export const debeziumOptionsSchema = z
  .strictObject({
    'route.by.field': column.default('aggregatetype'),
    'route.topic.regex': z.string().min(1).default('(?<routedByValue>.*)'),
    'route.topic.replacement': z.string().min(1).default('outbox.event.${routedByValue}'),
    'route.tombstone.on.empty.payload': flag.default(false),
    'table.field.event.id': column.default('id'),
    'table.field.event.key': column.default('aggregateid'),
    'table.field.event.type': column.default('type'),
    'table.field.event.payload': column.default('payload'),
    'table.field.event.timestamp': column.optional(),
    'table.field.event.schema.version': column.optional(),
    'table.fields.additional.placement': additionalFieldsSchema.default([]),
    'table.fields.additional.error.on.missing': flag.default(true),
    'table.expand.json.payload': flag.default(false),
    'table.json.payload.null.behavior': choice('ignore', 'optional_bytes').default('ignore'),
    'table.op.invalid.behavior': choice('warn', 'error', 'fatal').default('warn'),
    // Of the connector and the worker.
    'value.converter': z.enum([STRING_CONVERTER, ...BYTE_CONVERTERS]).default(STRING_CONVERTER),
    'key.converter': z.literal(STRING_CONVERTER).default(STRING_CONVERTER),
    'header.converter': z.literal(STRING_CONVERTER).default(STRING_CONVERTER),
    'binary.handling.mode': choice('bytes', 'base64', 'base64-url-safe', 'hex').default('bytes'),
    'decimal.handling.mode': choice('precise', 'double', 'string').default('precise'),
    'time.precision.mode': choice('adaptive', 'adaptive_time_microseconds', 'microseconds', 'nanoseconds').default(
      'adaptive',
    ),
    'unavailable.value.placeholder': z.string().default('__debezium_unavailable_value'),
  })
  .superRefine((options, context) => {
    try {
      compileRoute({ regex: options['route.topic.regex'], replacement: options['route.topic.replacement'] });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
    const envelope = options['table.fields.additional.placement'].some(({ placement }) => placement === 'envelope');
    const raw = options['value.converter'] !== STRING_CONVERTER;
    if (raw && (envelope || options['table.expand.json.payload'])) {
      const message = 'takes bytes alone: neither an envelope nor an expanded payload can be';
      context.addIssue({ code: 'custom', path: ['value.converter'], message });
    }
  });

export type DebeziumOptions = z.output<typeof debeziumOptionsSchema>;

/** Whether the value is the payload's bytes as they are in the column. */
export function sendsRawBytes(options: DebeziumOptions): boolean {
  return options['value.converter'] !== STRING_CONVERTER;
}

const NAME = /^([^.]+)\.([^.]+)$/;

/** `schema.table` as it stands in a configuration. */
export const tableNameSchema = z.string().transform((given, context) => {
  const [, schema, table] = NAME.exec(given) ?? [];
  if (schema !== undefined && table !== undefined) return { schema, table };
  context.addIssue({ code: 'custom', message: 'a table with its schema, such as public.outbox' });
  return z.NEVER;
});

/** What a source declares that is laid out for Debezium's outbox event router. */
export const debeziumPresetSchema = z.strictObject({
  preset: z.literal('debezium-outbox'),
  table: tableNameSchema,
  options: debeziumOptionsSchema.prefault({}),
});

export type DebeziumPresetConfig = z.output<typeof debeziumPresetSchema>;
