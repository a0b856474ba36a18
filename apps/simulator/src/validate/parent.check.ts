import { invalidData, mandatoryMissing, place, wrongType } from '../answers/errors.ts';
import { isId } from '../org/id.sequence.ts';
import type { Checked, CheckInput, RecordScope } from './check.types.ts';

/** A note's parent in the form of v6 and later: `{"module": {"api_name"}, "id"}` (reference 3.2). */
export function checkParent({ value, place: where }: CheckInput, scope: RecordScope): Checked {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { error: wrongType('jsonobject', where) };
  }
  const { module: named, id } = value as { module?: unknown; id?: unknown };
  if (typeof named !== 'object' || named === null) return { error: mandatoryMissing(place('module', where.json_path)) };
  const module = scope.moduleBy(named);
  if (module === undefined) return { error: invalidData({ ...place('module', where.json_path) }) };
  if (!isId(id)) return { error: mandatoryMissing(place('id', where.json_path)) };
  if (!scope.exists(module.apiName, id)) {
    return { error: invalidData({ ...where }, 'the related id given seems to be invalid') };
  }
  return { value: { id, module: module.apiName } };
}
