import type { Org } from '../org/org.ts';
import type { StoredRecord } from '../records/record.model.ts';
import { showRecord } from '../records/record.view.ts';
import type { Module } from '../schema/module.model.ts';
import { ControlError } from './control.error.ts';
import { holds, type Resolve } from './match.ts';

/** @throws ControlError 400 for a module that is not there */
export function moduleNamed(org: Org, name: unknown): Module {
  const module = typeof name === 'string' ? org.schema.module(name) : undefined;
  if (module === undefined) throw new ControlError(400, `there is no module ${JSON.stringify(name)}`);
  return module;
}

export const resolver =
  (org: Org): Resolve =>
  ({ module, match }) => {
    const found = findMatching(org, { module: moduleNamed(org, module), match });
    return found.length === 1 ? found[0]?.id : undefined;
  };

/** Records that match; deleted records and converted Leads match nothing. */
function findMatching(org: Org, given: { readonly module: Module; readonly match: unknown }): StoredRecord[] {
  const { module, match } = given;
  if (typeof match !== 'object' || match === null)
    throw new ControlError(400, '"match" must be an object of fields and values');
  const resolve = resolver(org);
  return candidates(org, { module, match }).filter(
    (record) => record.converted === undefined && holds(showRecord(org, { module, record }), match, resolve),
  );
}

/** The one record that `id` or `match` names. @throws ControlError 404 for none, 409 for several */
export function theRecord(
  org: Org,
  given: { readonly module: Module; readonly id?: string | undefined; readonly match?: unknown },
): StoredRecord {
  const { module, id, match } = given;
  if (id === undefined && match === undefined) throw new ControlError(400, 'give "match" or "id"');
  if (id !== undefined) {
    const record = org.records.get(module.apiName, id);
    if (record === undefined) throw new ControlError(404, `${module.apiName} has no record ${id}`);
    return record;
  }
  const found = findMatching(org, { module, match });
  const [only] = found;
  if (only === undefined)
    throw new ControlError(404, `no record of ${module.apiName} matches ${JSON.stringify(match)}`);
  if (found.length > 1) {
    const ids = found.map((record) => record.id);
    throw new ControlError(409, `${found.length} records of ${module.apiName} match ${JSON.stringify(match)}`, { ids });
  }
  return only;
}

/** An indexed field with a plain text in the match narrows the search. */
function candidates(org: Org, given: { readonly module: Module; readonly match: object }): StoredRecord[] {
  const store = org.records.of(given.module);
  for (const [name, value] of Object.entries(given.match)) {
    const found =
      typeof value === 'string' && given.module.fields.get(name)?.type === 'text' ? store.find(name, value) : undefined;
    if (found !== undefined) return found;
  }
  return [...store.all()];
}
