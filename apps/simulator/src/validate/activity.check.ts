import type { ErrorBody } from '../answers/answer.ts';
import { badId, invalidModule, mandatoryMissing, place, wrongType } from '../answers/errors.ts';
import { isId } from '../org/id.sequence.ts';
import { referenceOf, type Fields } from '../records/record.model.ts';
import type { RecordInput, RecordScope } from './check.types.ts';

type ActivityInput = Omit<RecordInput, 'input'> & { readonly input: Fields };

/** `What_Id` of a task goes together with `$se_module`, which names the module it points into (reference 3.3). */
export function checkActivity(
  given: ActivityInput,
  scope: RecordScope,
): { readonly values: Fields } | { readonly error: ErrorBody } | undefined {
  const field = given.module.fields.get('What_Id');
  if (field?.lookup !== '*' || !Object.hasOwn(given.input, 'What_Id')) return undefined;
  const value = given.input['What_Id'];
  if (value === null) return { values: { What_Id: undefined, $se_module: undefined } };
  const where = place('What_Id', given.path);
  const id = referenceOf(value)?.id;
  if (!isId(id)) return { error: wrongType('jsonobject', where) };
  const named = given.input['$se_module'];
  if (named === undefined || named === null) return { error: mandatoryMissing(place('$se_module', given.path)) };
  const module = scope.moduleBy({ api_name: named });
  if (module === undefined) return { error: { ...moduleError(), details: { ...place('$se_module', given.path) } } };
  if (!scope.exists(module.apiName, id)) return { error: badId({ ...where }) };
  return { values: { What_Id: { id, module: module.apiName }, $se_module: module.apiName } };
}

function moduleError(): ErrorBody {
  return invalidModule().answer.body as ErrorBody;
}
