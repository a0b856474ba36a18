import { bulkResult, bulkUpsert, type BulkUpsertOptions } from './bulk.run.ts';
import type { Caller } from './call.types.ts';
import { bulkReadJob, bulkReadResult, createBulkRead, type BulkReadOptions } from './calls/bulk-read.call.ts';
import {
  bulkWriteJob,
  bulkWriteResult,
  createBulkWrite,
  uploadRows,
  type BulkWriteOptions,
  type UploadOptions,
} from './calls/bulk-write.call.ts';
import { convert, type ConvertOptions } from './calls/convert.call.ts';
import { convertedLead } from './calls/converted-lead.call.ts';
import { changedInSecond, coql, findByField, type FindOptions } from './calls/coql.call.ts';
import { addPicklistValues, createFields, type NewField } from './calls/create-fields.call.ts';
import { deleted, type DeletedOptions } from './calls/deleted.call.ts';
import { updateByExternalId, type UpdateByExternalIdOptions } from './calls/external-id.call.ts';
import { fields } from './calls/fields.call.ts';
import { getById, type GetByIdOptions } from './calls/get-by-id.call.ts';
import { getByIds, type GetByIdsOptions } from './calls/get-by-ids.call.ts';
import { insert, type InsertOptions } from './calls/insert.call.ts';
import { layouts, pipelines } from './calls/layouts.call.ts';
import { listModifiedSince, type ListModifiedOptions } from './calls/list-modified.call.ts';
import { merge, mergeJob, type MergeOptions } from './calls/merge.call.ts';
import { modules } from './calls/modules.call.ts';
import { createNotes, listNotes, type ListNotesOptions, type NewNote } from './calls/notes.call.ts';
import { org } from './calls/org.call.ts';
import { createTasks, related, type NewTask, type RelatedOptions } from './calls/related.call.ts';
import { remove, type RemoveOptions } from './calls/remove.call.ts';
import { update, type UpdateOptions } from './calls/update.call.ts';
import { upsert, type UpsertOptions } from './calls/upsert.call.ts';
import { users, type UsersOptions } from './calls/users.call.ts';
import { createPipeline, updatePipeline, type NewPipeline, type PipelineStage } from './calls/write-pipeline.call.ts';
import { listWatch, type ListWatchOptions } from './calls/watch-list.call.ts';
import { disableWatch, enableWatch, renewWatch, type Channel } from './calls/watch.call.ts';

export type ZohoCalls = ReturnType<typeof bindCalls>;

/** The calls of one connection. Each is documented where it is written, in calls/. */
export function bindCalls(caller: Caller) {
  return {
    // Records
    upsert: (module: string, options: UpsertOptions) => upsert(caller, module, options),
    update: (module: string, options: UpdateOptions) => update(caller, module, options),
    updateByExternalId: (module: string, options: UpdateByExternalIdOptions) =>
      updateByExternalId(caller, module, options),
    insert: (module: string, options: InsertOptions) => insert(caller, module, options),
    remove: (module: string, options: RemoveOptions) => remove(caller, module, options),
    getByIds: (module: string, options: GetByIdsOptions) => getByIds(caller, module, options),
    getById: (module: string, options: GetByIdOptions) => getById(caller, module, options),
    listModifiedSince: (module: string, options: ListModifiedOptions) => listModifiedSince(caller, module, options),
    changedInSecond: (module: string, options: Parameters<typeof changedInSecond>[2]) =>
      changedInSecond(caller, module, options),
    deleted: (module: string, options: DeletedOptions) => deleted(caller, module, options),
    coql: (query: string) => coql(caller, query),
    findByField: (module: string, options: FindOptions) => findByField(caller, module, options),

    related: (module: string, options: RelatedOptions) => related(caller, module, options),
    merge: (module: string, options: MergeOptions) => merge(caller, module, options),
    mergeJob: (module: string, job: { readonly masterId: string; readonly jobId: string }) =>
      mergeJob(caller, module, job),

    // Leads, notes, tasks
    convert: (options: ConvertOptions) => convert(caller, options),
    convertedLead: (ids: readonly string[]) => convertedLead(caller, ids),
    createNotes: (notes: readonly NewNote[]) => createNotes(caller, notes),
    listNotes: (module: string, options: ListNotesOptions) => listNotes(caller, module, options),

    createTasks: (tasks: readonly NewTask[]) => createTasks(caller, tasks),

    bulk: {
      upsert: (module: string, options: BulkUpsertOptions) => bulkUpsert(caller, module, options),
      upload: (options: UploadOptions) => uploadRows(caller, options),
      write: (module: string, options: BulkWriteOptions) => createBulkWrite(caller, module, options),
      writeJob: (jobId: string) => bulkWriteJob(caller, jobId),
      writeResult: (resultPath: string) => bulkWriteResult(caller, resultPath),
      outcomes: (given: Parameters<typeof bulkResult>[1]) => bulkResult(caller, given),
      read: (module: string, options: BulkReadOptions) => createBulkRead(caller, module, options),
      readJob: (jobId: string) => bulkReadJob(caller, jobId),
      readResult: (jobId: string) => bulkReadResult(caller, jobId),
    },

    // Metadata
    layouts: (module: string) => layouts(caller, module),
    pipelines: (layoutId: string) => pipelines(caller, layoutId),
    createPipeline: (layoutId: string, pipeline: NewPipeline) => createPipeline(caller, layoutId, pipeline),
    updatePipeline: (
      layoutId: string,
      options: { readonly pipelineId: string; readonly stages: readonly PipelineStage[] },
    ) => updatePipeline(caller, layoutId, options),
    fields: (module: string) => fields(caller, module),
    createFields: (module: string, options: { readonly fields: readonly NewField[] }) =>
      createFields(caller, module, options),
    addPicklistValues: (module: string, options: { readonly fieldId: string; readonly values: readonly string[] }) =>
      addPicklistValues(caller, module, options),
    modules: () => modules(caller),
    org: () => org(caller),
    users: (options: UsersOptions) => users(caller, options),

    watch: {
      enable: (channels: readonly Channel[]) => enableWatch(caller, channels),
      renew: (channels: readonly Channel[]) => renewWatch(caller, channels),
      disable: (channelIds: readonly string[]) => disableWatch(caller, channelIds),
      list: (options?: ListWatchOptions) => listWatch(caller, options),
    },
  } as const;
}
