import { z } from 'zod';
import { CausewayError } from '#contracts';
import { rowsSchema, type RowsConfig } from '../sources/rows.schema.ts';
import { readOptionsText } from './options.text.ts';

/** What the environment says of a source's table. */
export interface PresetEnvironment {
  readonly preset: 'causeway' | 'debezium-outbox';
  readonly outboxTable: string | undefined;
  readonly debeziumOptions: string | undefined;
}

/**
 * The preset that the environment declares: `CAUSEWAY_PRESET`, `CAUSEWAY_OUTBOX_TABLE`, `CAUSEWAY_DEBEZIUM_OPTIONS`.
 * @throws CausewayError `CONFIG_INVALID` naming each option that is wrong
 */
export function presetOfEnvironment(environment: PresetEnvironment): RowsConfig {
  const { preset, outboxTable: table, debeziumOptions = '' } = environment;
  try {
    if (preset === 'causeway') return rowsSchema.parse({ preset, ...(isGiven(table) ? { table } : {}) });
    return rowsSchema.parse({ preset, table: table ?? '', options: readOptionsText(debeziumOptions) });
  } catch (error) {
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error;
    throw new CausewayError('CONFIG_INVALID', { details: { problems: problemsOf(error) }, cause: error });
  }
}

const isGiven = (text: string | undefined): boolean => text !== undefined && text !== '';

function problemsOf(error: z.ZodError | SyntaxError): string {
  if (error instanceof SyntaxError) return `CAUSEWAY_DEBEZIUM_OPTIONS: ${error.message}`;
  return error.issues
    .map(({ path: [part, ...rest], message }) => {
      const option = part === 'table' ? 'CAUSEWAY_OUTBOX_TABLE' : 'CAUSEWAY_DEBEZIUM_OPTIONS';
      return `${[option, ...rest].join(' ')}: ${message}`;
    })
    .join('; ');
}
