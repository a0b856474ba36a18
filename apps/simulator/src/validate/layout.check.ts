import { errorBody, type ErrorBody } from '../answers/answer.ts';
import { badId, mandatoryMissing, place, wrongType } from '../answers/errors.ts';
import { referenceOf, type Fields } from '../records/record.model.ts';
import { LAYOUT_MANDATORY, layoutId, pipelineHas } from '../schema/layout.model.ts';
import type { RecordInput } from './check.types.ts';

/** A layout that is named makes its own mandatory fields count; without one they do not (reference 2.1, 12.18). */
export function layoutGap({ module, input, path, mode }: RecordInput, values: Fields): ErrorBody | undefined {
  const given = (input as Fields)['Layout'];
  if (given === undefined || given === null) return undefined;
  const where = place('Layout', path);
  const id = referenceOf(given)?.id;
  if (id === undefined) return wrongType('jsonobject', where);
  if (id !== layoutId(module)) return badId({ ...where });
  const wanted = LAYOUT_MANDATORY[module.apiName] ?? [];
  const missing = wanted.find((name) => values[name] === undefined && (mode === 'insert' || name in values));
  return missing === undefined ? undefined : mandatoryMissing(place(missing, path));
}

/** A stage belongs to the pipeline that is named beside it (reference 3.1, 3.3). */
export function pipelineError(
  { module, path }: Pick<RecordInput, 'module' | 'path'>,
  values: Fields,
): ErrorBody | undefined {
  if (pipelineHas(module, { pipeline: values['Pipeline'], stage: values['Stage'] })) return undefined;
  const details = { mapped_field: 'Pipeline', ...place('Stage', path) };
  return errorBody('MAPPING_MISMATCH', "Pipeline doesn't contain the Stage", details);
}
