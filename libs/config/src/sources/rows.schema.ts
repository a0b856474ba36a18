import { z } from 'zod';
import { debeziumPresetSchema } from '../debezium/debezium.options.ts';

/** `schema.table` as it stands in a file. */
const tableName = z
  .string()
  .regex(/^[^."]+\.[^."]+$/, 'must be a table with its schema, such as public.outbox')
  .transform((name) => {
    const [schema = '', table = ''] = name.split('.');
    return { schema, table };
  });

const causeway = z
  .strictObject({
    preset: z.literal('causeway'),
    table: tableName.prefault('outbox.events').describe('Table laid out like outbox.events, with its schema'),
  })
  .describe('The table of the product migrations, and messages of outbox.emit_message; CloudEvents in binary mode');

/** How rows of a source become records: one member for each preset. */
export const rowsSchema = z.discriminatedUnion('preset', [
  causeway,
  debeziumPresetSchema.describe('A table laid out for the Debezium outbox event router; see docs/debezium.md'),
]);

export type RowsConfig = z.output<typeof rowsSchema>;

/** Where nothing is declared. */
export const DEFAULT_ROWS: RowsConfig = { preset: 'causeway', table: { schema: 'outbox', table: 'events' } };
