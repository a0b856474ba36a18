import { errorBody, type ErrorBody } from '../../answers/answer.ts';
import { invalidData, mandatoryMissing, place, tooLong, wrongType } from '../../answers/errors.ts';
import type { Channel, FieldGroup } from '../../notifications/channel.store.ts';
import type { Fields } from '../../records/record.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { WatchScope } from './watch.scope.ts';

/** Fields of one condition in all, and objects in one group (reference 7.1). */
const MOST_FIELDS = 10;
const MOST_IN_GROUP = 2;

interface ConditionInput {
  readonly wishes: Fields;
  readonly path: string;
  readonly before?: Channel | undefined;
}

type Conditions = Pick<Channel, 'conditions' | 'rawConditions'>;
type Scope = Pick<WatchScope, 'moduleBy'>;

/** `notification_condition`: the fields whose edits a channel wants to hear of, by module (reference 7.1). */
export function checkConditions(
  { wishes, path, before }: ConditionInput,
  scope: Scope,
): Conditions | { readonly error: ErrorBody } {
  const given = wishes['notification_condition'];
  const where = place('notification_condition', path);
  if (given === undefined) return { conditions: before?.conditions ?? {}, rawConditions: before?.rawConditions ?? [] };
  if (given === null) return { conditions: {}, rawConditions: [] };
  if (!Array.isArray(given)) return { error: wrongType('jsonarray', where) };
  const conditions: Record<string, FieldGroup> = {};
  for (const [at, entry] of given.entries()) {
    const checked = checkCondition({ entry, path: `${where.json_path}[${at}]` }, scope);
    if ('error' in checked) return checked;
    conditions[checked.module] = checked.selection;
  }
  return { conditions, rawConditions: given };
}

function checkCondition(
  given: { readonly entry: unknown; readonly path: string },
  scope: Scope,
): { readonly module: string; readonly selection: FieldGroup } | { readonly error: ErrorBody } {
  const { path } = given;
  const entry = (given.entry ?? {}) as Fields;
  if (entry['type'] !== 'field_selection') {
    return { error: invalidData({ supported_values: ['field_selection'], ...place('type', path) }) };
  }
  const named = (entry['module'] ?? {}) as Fields;
  const module = scope.moduleBy({ api_name: named['api_name'] });
  if (module === undefined) return { error: invalidData({ ...place('module', path) }) };
  if (named['id'] !== undefined && named['id'] !== module.id) {
    const ambiguity_due_to = ['api_name', 'id'].map((name) => place(name, `${path}.module`));
    const message = 'ambiguity while processing the request';
    return { error: errorBody('AMBIGUITY_DURING_PROCESSING', message, { ambiguity_due_to }) };
  }
  const selection = entry['field_selection'] as FieldGroup | undefined;
  if (selection === undefined) return { error: mandatoryMissing(place('field_selection', path)) };
  const fault = selectionFault({ selection, path: `${path}.field_selection`, module });
  return fault === undefined ? { module: module.apiName, selection } : { error: fault };
}

/** Groups within groups, fields that the module has at their ends. */
function selectionFault(given: {
  readonly selection: unknown;
  readonly path: string;
  readonly module: Module;
}): ErrorBody | undefined {
  const { path, module } = given;
  const here = { api_name: 'field_selection', json_path: path };
  let fields = 0;
  const walk = (node: unknown, at: string): ErrorBody | undefined => {
    if (typeof node !== 'object' || node === null) return wrongType('jsonobject', { ...here, json_path: at });
    const { group, field } = node as { group?: unknown; field?: unknown };
    if (group === undefined) {
      fields += 1;
      const name = (field as Fields | null | undefined)?.['api_name'];
      if (typeof name !== 'string' || !module.fields.has(name)) return invalidData({ ...place('field', at) });
      return fields > MOST_FIELDS ? tooLong(MOST_FIELDS, here) : undefined;
    }
    if (!Array.isArray(group)) return wrongType('jsonarray', place('group', at));
    if (group.length > MOST_IN_GROUP) return tooLong(MOST_IN_GROUP, place('group', at));
    for (const [index, inner] of group.entries()) {
      const fault = walk(inner, `${at}.group[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return walk(given.selection, path);
}
