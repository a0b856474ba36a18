import { EMPTY, Refusal } from '../../answers/answer.ts';
import { invalidData, invalidUrl, paramMissing, wrongType } from '../../answers/errors.ts';
import { isId } from '../../org/id.sequence.ts';
import type { Org } from '../../org/org.ts';
import type { Fields, StoredRecord } from '../../records/record.model.ts';
import type { ModuleStore } from '../../records/module.store.ts';
import { referenceOf } from '../../records/record.model.ts';
import { showRecord } from '../../records/record.view.ts';
import type { Module } from '../../schema/module.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onRelated } from '../needs.ts';
import { bodyList, bodyObject, creditsByTen, pathModule } from '../request.body.ts';
import { insertAll } from './insert.call.ts';
import { fieldsParam } from './list.params.ts';
import { pageOf } from './list.page.ts';
import { workflowsRun } from './write.scope.ts';

/** `POST /{Module}/{id}/Notes`: notes of the record in the path (reference 3.2). */
export const addNotesCall: Call = {
  kind: 'notes.insert',
  method: 'POST',
  path: '/crm/v8/:module/:id/Notes',
  needs: onRelated('CREATE'),
  credits: creditsByTen,
  run: (request, org) => {
    const parent = pathRecord(request, org);
    const body = bodyObject(request);
    const inputs = bodyList(body, { key: 'data' }).map((input, at) => {
      const json_path = `$.data[${at}]`;
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        throw new Refusal(400, wrongType('jsonobject', { api_name: 'data', json_path }));
      }
      return { ...input, Parent_Id: { module: { api_name: parent.module }, id: parent.id } };
    });
    const module = relatedModule(org, 'Notes');
    return insertAll(org, { module, inputs, workflow: workflowsRun(body), by: request.user.id });
  },
};

/** `GET /{Module}/{id}/{Module}`: what points at a record (notes, tasks, contacts, deals …), oldest first; `fields` is mandatory. */
export const relatedListCall: Call = {
  kind: 'records.related',
  method: 'GET',
  path: '/crm/v8/:module/:id/:related',
  needs: onRelated('READ'),
  run: (request, org) => {
    const name = request.params['related'] ?? '';
    const module = relatedModule(org, name);
    const parent = pathRecord(request, org);
    const links = linksTo(module, parent.module);
    if (links.length === 0) throw invalidUrl();
    const fields = fieldsParam(request);
    if (fields === undefined) throw paramMissing('fields');
    const related = relatedRecords(org, { parent, module, links });
    const page = pageOf(org, { request, total: related.length });
    const data = related.slice(page.from, page.to).map((record): Fields => showRecord(org, { module, record, fields }));
    return data.length === 0 ? EMPTY : { status: 200, body: { data, info: { ...page.info, count: data.length } } };
  },
};

/** The fields that may tie a record of a module to one of the other: lookups of it, and those that name their module. */
function linksTo(module: Module, parent: string): string[] {
  return [...module.fields.values()]
    .filter(
      ({ type, lookup, readOnly }) =>
        !readOnly && (type === 'parent' || (type === 'lookup' && (lookup === parent || lookup === '*'))),
    )
    .map((field) => field.apiName);
}

function relatedRecords(
  org: Org,
  given: { readonly parent: StoredRecord; readonly module: Module; readonly links: readonly string[] },
): StoredRecord[] {
  const { parent, module, links } = given;
  const store = org.records.of(module);
  const found = links.flatMap((link) =>
    pointing(store, { link, id: parent.id }).filter((record) => {
      const target = referenceOf(record.fields[link])?.module ?? module.fields.get(link)?.lookup;
      return target === parent.module;
    }),
  );
  return [...new Set(found)].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Through the index of the link, or without one through all records. */
function pointing(store: ModuleStore, given: { readonly link: string; readonly id: string }): StoredRecord[] {
  const { link, id } = given;
  return store.find(link, { id }) ?? [...store.all()].filter((record) => referenceOf(record.fields[link])?.id === id);
}

function relatedModule(org: Org, name: string): Module {
  const module = org.schema.module(name);
  if (module === undefined) throw invalidUrl();
  return module;
}

function pathRecord(request: ApiRequest, org: Org): StoredRecord {
  const module = pathModule(request, org);
  const id = request.params['id'];
  const record = isId(id) ? org.records.get(module.apiName, id) : undefined;
  if (record === undefined || record.converted !== undefined) {
    throw new Refusal(400, invalidData({ resource_path_index: 1 }, 'the related id given seems to be invalid'));
  }
  return record;
}
