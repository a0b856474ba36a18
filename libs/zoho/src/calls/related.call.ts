import type { JsonObject } from '#contracts';
import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure, WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';
import { fieldsParam, recordsSchema, type ZohoRecord } from './record.read.ts';

export interface RelatedOptions {
  /** The record whose list it is. */
  readonly id: string;
  /** API name of the list: `Tasks`, `Deals`, `Contacts`. */
  readonly list: string;
  readonly fields: readonly string[];
  /** From 1. */
  readonly page?: number;
}

export type RelatedResult =
  { readonly kind: 'ok'; readonly records: readonly ZohoRecord[]; readonly nextPage: number | null } | Failure;

/** One page of a record's related list; none is an empty list. */
export function related(caller: Caller, module: string, options: RelatedOptions): Promise<RelatedResult> {
  const { id, list, fields, page = 1 } = options;
  const base = `/${encodeURIComponent(module)}`;
  return caller.run(
    {
      kind: 'related',
      method: 'GET',
      path: `${base}/${encodeURIComponent(id)}/${encodeURIComponent(list)}`,
      shownPath: `${base}/{id}/${encodeURIComponent(list)}`,
      query: { fields: fieldsParam(fields), page: String(page), per_page: '200' },
      records: 0,
    },
    (reply) => {
      const result = classifyRead(reply, recordsSchema);
      if (result.kind !== 'ok') return result;
      const more = result.body?.info?.more_records === true;
      return { kind: 'ok', records: result.body?.data ?? [], nextPage: more ? page + 1 : null };
    },
  );
}

/** A task for people, on a record of any module or on a Contact. */
export interface NewTask {
  readonly subject: string;
  /** Left out: a task on nothing but its contact. */
  readonly parent?: { readonly module: string; readonly id: string };
  readonly contactId?: string;
  /** `yyyy-MM-dd`. */
  readonly dueDate?: string;
  readonly ownerId?: string;
  readonly fields?: JsonObject;
}

/**
 * Creates tasks (reference 3.3). There is no upsert for them: after `unknown` look among the parent's tasks for a marker in the
 * description before another try.
 */
export function createTasks(caller: Caller, tasks: readonly NewTask[]): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: { kind: 'insert', method: 'POST', path: '/Tasks' },
    records: tasks.map(({ subject, parent, contactId, dueDate, ownerId, fields }) => ({
      ...fields,
      Subject: subject,
      ...(parent === undefined ? {} : { What_Id: { id: parent.id }, $se_module: parent.module }),
      ...(contactId === undefined ? {} : { Who_Id: { id: contactId } }),
      ...(dueDate === undefined ? {} : { Due_Date: dueDate }),
      ...(ownerId === undefined ? {} : { Owner: { id: ownerId } }),
    })),
    beside: { trigger: [] },
  });
}
