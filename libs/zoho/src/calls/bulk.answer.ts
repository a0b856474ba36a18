import { classifyBody, type Reply } from '../answer/answer.classify.ts';
import { unavailable } from '../failure.make.ts';
import { parseCsv } from '../file/csv.text.ts';
import { unzipOne } from '../file/zip.file.ts';
import { z } from 'zod';
import type { Failure } from '../outcome.types.ts';

/** Where a bulk job stands. `failed`: nothing, or not all, was done, and the result says why. */
export type BulkState = 'waiting' | 'running' | 'done' | 'failed';

/** Zoho's words (reference 4.2, 4.3), which it spells in several ways. */
const STATES: Readonly<Record<string, BulkState>> = {
  ADDED: 'waiting',
  QUEUED: 'waiting',
  INPROGRESS: 'running',
  COMPLETED: 'done',
  // Every row was passed over: the result file has the reasons.
  SKIPPED: 'done',
  FAILED: 'failed',
  FAILURE: 'failed',
};

/** Null for a word that is in no list. */
export function bulkStateOf(word: string): BulkState | null {
  return STATES[word.toUpperCase().replaceAll(/[\s_-]/g, '')] ?? null;
}

/** The rows of a result file, the first one its header. Only a whole archive with an intact table counts. */
export function readResultFile(reply: Reply): { readonly kind: 'ok'; readonly rows: readonly string[][] } | Failure {
  if (reply.kind === 'answer' && reply.status === 200) {
    const text = unzipOne(reply.body);
    const rows = text === null ? null : parseCsv(text);
    if (rows !== null) return { kind: 'ok', rows };
  }
  const refused = classifyBody(reply, { schema: z.never(), effect: 'read' });
  return refused.kind === 'ok' ? unavailable('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE') : refused;
}
