import { recordIdSchema } from './answer/zoho.items.ts';
import { classifyError } from './answer/error.classify.ts';
import { unavailable, unknown } from './failure.make.ts';
import type { WriteOutcome } from './outcome.types.ts';

/** Credits of a bulk write, whatever its size, against one for ten records in batches: worth it above this many. */
export const BULK_BREAK_EVEN = 5000;
/** Most rows of a table (reference 4.2). */
export const BULK_MOST_ROWS = 25_000;

/**
 * What became of each record of a bulk write, in the order of `keys`: the values of the first mapped column, which has to be
 * unique (the identity). A row that the result does not have is unknown, never a success.
 */
export function bulkOutcomes(keys: readonly string[], rows: readonly (readonly string[])[]): WriteOutcome[] {
  const [header = [], ...results] = rows;
  const at = (name: string): number => header.findIndex((title) => title.trim().toUpperCase() === name);
  const columns = { status: at('STATUS'), id: at('RECORD_ID'), errors: at('ERRORS') };
  const missing = Object.values(columns).some((column) => column < 0);
  const byKey = new Map(missing ? [] : results.map((row) => [row[0] ?? '', row]));
  return keys.map((key) => {
    const row = byKey.get(key);
    if (row === undefined) return unknown('NOT_IN_RESULT', 'CRM_ANSWER_UNREADABLE');
    return outcomeOf({ status: row[columns.status], id: row[columns.id], errors: row[columns.errors] });
  });
}

interface ResultCells {
  readonly status: string | undefined;
  readonly id: string | undefined;
  readonly errors: string | undefined;
}

/** STATUS is ADDED, UPDATED, SKIPPED or UNPROCESSED; ERRORS are `CODE-Column:CODE-Column` (reference 4.2). */
function outcomeOf({ status = '', id = '', errors = '' }: ResultCells): WriteOutcome {
  const word = status.trim().toUpperCase();
  if (word === 'ADDED' || word === 'UPDATED') {
    if (!recordIdSchema.safeParse(id).success) return unknown('NO_ID_IN_RESULT', 'CRM_ANSWER_UNREADABLE');
    return { kind: 'succeeded', recordId: id, created: word === 'ADDED', modifiedAt: null };
  }
  const [, code, column] = /^([A-Z][A-Z0-9_]+)(?:-([^:]*))?/.exec(errors.trim()) ?? [];
  if (code !== undefined) {
    const details = { api_name: column ?? '', ...(recordIdSchema.safeParse(id).success ? { id } : {}) };
    return classifyError({ code, details }, { effect: 'write', concerns: 'record' });
  }
  if (word === 'SKIPPED' || word === 'UNPROCESSED') return unavailable(`BULK_${word}`);
  return unknown('RESULT_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
}
