import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure, WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';
import { fieldsParam, recordsSchema, type ZohoRecord } from './record.read.ts';

/** A note on a record. */
export interface NewNote {
  readonly parent: { readonly module: string; readonly id: string };
  /** At most 120 characters. */
  readonly title: string | null;
  /** At most 65,535 characters. */
  readonly content: string;
}

/**
 * Creates notes (reference 3.2). There is no duplicate check and no upsert: after `unknown` look among the parent's
 * notes for the marker in the content before another try. Automations do not run.
 */
export function createNotes(caller: Caller, notes: readonly NewNote[]): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: { kind: 'notes_create', method: 'POST', path: '/Notes' },
    records: notes.map(({ parent, title, content }) => ({
      ...(title === null ? {} : { Note_Title: title }),
      Note_Content: content,
      // From version 6 on an object that names the module too.
      Parent_Id: { module: { api_name: parent.module }, id: parent.id },
    })),
    beside: { trigger: [] },
  });
}

export interface ListNotesOptions {
  /** The parent record. */
  readonly id: string;
  /** From 1. */
  readonly page?: number;
}

export type NotesResult =
  | {
      readonly kind: 'ok';
      /** With `Note_Title`, `Note_Content`, `Created_Time`, oldest first. */
      readonly notes: readonly ZohoRecord[];
      readonly nextPage: number | null;
    }
  | Failure;

/** One page of a record's notes; none is an empty list. */
export function listNotes(caller: Caller, module: string, options: ListNotesOptions): Promise<NotesResult> {
  const { id, page = 1 } = options;
  const base = `/${encodeURIComponent(module)}`;
  return caller.run(
    {
      kind: 'notes_list',
      method: 'GET',
      path: `${base}/${encodeURIComponent(id)}/Notes`,
      shownPath: `${base}/{id}/Notes`,
      query: {
        fields: fieldsParam(['Note_Title', 'Note_Content', 'Created_Time']),
        page: String(page),
        per_page: '200',
      },
      records: 0,
    },
    (reply) => {
      const result = classifyRead(reply, recordsSchema);
      if (result.kind !== 'ok') return result;
      const more = result.body?.info?.more_records === true;
      return { kind: 'ok', notes: result.body?.data ?? [], nextPage: more ? page + 1 : null };
    },
  );
}
