import type { Call } from './call.ts';
import { createReadCall, readJobCall, readResultCall } from './bulk/read.calls.ts';
import { uploadCall } from './bulk/upload.call.ts';
import { createWriteCall, writeJobCall, writeResultCall } from './bulk/write.calls.ts';
import { coqlCall } from './coql/coql.call.ts';
import { convertCall } from './records/convert.call.ts';
import { deleteManyCall, deleteOneCall } from './records/delete.call.ts';
import { deletedCall } from './records/deleted.call.ts';
import { getCall } from './records/get.call.ts';
import { insertCall } from './records/insert.call.ts';
import { listCall } from './records/list.call.ts';
import { addNotesCall, relatedListCall } from './records/notes.call.ts';
import { updateManyCall, updateOneCall } from './records/update.call.ts';
import { upsertCall } from './records/upsert.call.ts';
import { createFieldsCall } from './settings/create.fields.call.ts';
import { fieldCall, fieldsCall } from './settings/fields.call.ts';
import { layoutCall, layoutsCall } from './settings/layouts.call.ts';
import { mergeCall, mergeJobCall } from './records/merge.calls.ts';
import { addTagsCall, addTagsManyCall, removeTagsCall, removeTagsManyCall } from './records/tags.calls.ts';
import { moduleCall, modulesCall } from './settings/modules.call.ts';
import { orgCall } from './settings/org.call.ts';
import { pickListValuesCall } from './settings/pick.list.values.call.ts';
import { pipelineCall, pipelinesCall } from './settings/pipeline.call.ts';
import { createPipelineCall, updatePipelineCall, updatePipelinesCall } from './settings/pipeline.write.call.ts';
import { updateFieldCall, updateFieldsCall } from './settings/update.fields.call.ts';
import { userCall, usersCall } from './settings/users.call.ts';
import { countCall, searchCall } from './search/search.call.ts';
import {
  changeWatchCall,
  enableWatchCall,
  listWatchCall,
  replaceWatchCall,
  stopWatchCall,
} from './watch/watch.calls.ts';

/** Every call that the simulator answers. */
export const ALL_CALLS: readonly Call[] = [
  insertCall,
  updateManyCall,
  updateOneCall,
  upsertCall,
  getCall,
  listCall,
  deleteOneCall,
  deleteManyCall,
  deletedCall,
  searchCall,
  countCall,
  convertCall,
  addNotesCall,
  relatedListCall,
  coqlCall,
  mergeCall,
  mergeJobCall,
  addTagsCall,
  addTagsManyCall,
  removeTagsCall,
  removeTagsManyCall,
  modulesCall,
  moduleCall,
  fieldsCall,
  fieldCall,
  createFieldsCall,
  updateFieldsCall,
  updateFieldCall,
  pickListValuesCall,
  layoutsCall,
  layoutCall,
  pipelinesCall,
  pipelineCall,
  createPipelineCall,
  updatePipelinesCall,
  updatePipelineCall,
  orgCall,
  usersCall,
  userCall,
  enableWatchCall,
  replaceWatchCall,
  changeWatchCall,
  listWatchCall,
  stopWatchCall,
  createReadCall,
  readJobCall,
  readResultCall,
  uploadCall,
  createWriteCall,
  writeJobCall,
  writeResultCall,
];
