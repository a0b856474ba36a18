import type { Org } from '../org/org.ts';
import type { StoredRecord } from '../records/record.model.ts';
import { displayName, showRecord } from '../records/record.view.ts';
import type { Module } from '../schema/module.model.ts';
import { escaped, frame, table } from './html.ts';

const LATEST_RECORDS = 50;
const LATEST_CALLS = 30;

/** The page: modules, the latest records of one, one record with its form, calls and credits. */
export function pageView(org: Org, query: URLSearchParams): string {
  const module = org.schema.module(query.get('module') ?? 'Leads');
  const record = module === undefined ? undefined : org.records.get(module.apiName, query.get('id') ?? '');
  const error = query.get('error');
  const parts = [
    '<h1>Simulated CRM</h1>',
    error === null ? '' : `<p class="bad">${escaped(error)}</p>`,
    `<nav>${org.records
      .all()
      .map((store) => moduleLink(store.module, store.size))
      .join('')}</nav>`,
    module === undefined ? '' : recordsPart(org, module),
    module === undefined || record === undefined ? '' : recordPart(org, { module, record }),
    callsPart(org),
  ];
  return frame(parts.join('\n'));
}

const moduleLink = (module: Module, count: number): string =>
  `<a href="/?module=${module.apiName}">${module.apiName} (${count})</a>`;

function recordsPart(org: Org, module: Module): string {
  const latest = [...org.records.of(module).all()].slice(-LATEST_RECORDS).toReversed();
  const rows = latest.map((record) => [
    `<a href="/?module=${module.apiName}&amp;id=${record.id}">${record.id}</a>`,
    escaped(displayName(org, record)),
    record.converted === undefined ? '' : 'converted',
    escaped(record.fields['Modified_Time']),
    escaped(modifier(org, { module, record })),
  ]);
  return `<h2>${module.apiName}</h2>${table(['id', 'name', 'state', 'modified', 'by'], rows)}`;
}

function modifier(org: Org, given: { readonly module: Module; readonly record: StoredRecord }): unknown {
  const shown = showRecord(org, { ...given, fields: ['Modified_By'] })['Modified_By'];
  return typeof shown === 'object' && shown !== null && 'name' in shown ? shown.name : null;
}

function recordPart(org: Org, given: { readonly module: Module; readonly record: StoredRecord }): string {
  const { module, record } = given;
  const shown = showRecord(org, given);
  const rows = Object.entries(shown)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [escaped(name), escaped(value)]);
  const options = [...module.fields.values()]
    .filter((field) => !field.readOnly)
    .map((field) => `<option>${field.apiName}</option>`);
  return `<h2>${module.singular} ${record.id}</h2>${table(['field', 'value'], rows)}
<form method="post" action="/_page/edit">
<input type="hidden" name="module" value="${module.apiName}"><input type="hidden" name="id" value="${record.id}">
<label>Field <select name="field">${options.join('')}</select></label>
<label>Value, as JSON or text <input name="value" size="40"></label>
<label>As user <input name="user" value="${escaped(org.users.admin.name)}"></label>
<button>Save</button></form>`;
}

function callsPart(org: Org): string {
  const rows = org.calls
    .latest(LATEST_CALLS)
    .map((call) => [
      String(call.n),
      escaped(call.at),
      escaped(`${call.method} ${call.path}`),
      call.kind,
      String(call.status),
      String(call.credits),
      String(call.recordCount),
    ]);
  const credits = `${org.limits.used()} of ${org.limits.allowance()} credits in 24 hours, ${org.limits.running} calls running`;
  return `<h2>Calls</h2><p>${credits}</p>${table(['n', 'at', 'call', 'kind', 'status', 'credits', 'records'], rows)}`;
}
