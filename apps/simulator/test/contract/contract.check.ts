import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { COMMON_ERROR } from './common.error.ts';
import { drawnAnswers } from './contract.answers.ts';
import { EXCEPTIONS, UNDESCRIBED } from './contract.exceptions.ts';
import { contractAreas } from './contract.files.ts';
import { operationFor } from './contract.operations.ts';
import { definitions, schemaOf, type JsonSchema } from './contract.schema.ts';

export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

const areas = contractAreas();
const operations = areas.flatMap((area) => area.operations);
const ajv = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true });
// Whole seconds with an offset, never `Z` (reference 9).
ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/);
ajv.addFormat('date', /^\d{4}-\d{2}-\d{2}$/);
ajv.addSchema({ $id: 'zoho', $defs: definitions(areas, EXCEPTIONS) });
const compiled = new Map<string, ValidateFunction>();
/** Errors that any call may answer come bare, whatever the description draws for the call (reference 6). */
const BARE_STATUS = new Set([400, 401, 403, 404, 413, 415, 429, 500]);

/** What is wrong with an answer of the imitated API by Zoho's own description; undefined when nothing is. */
export function contractFault(answered: Answered): string | undefined {
  const { method, path, status, text } = answered;
  const what = `${method} ${path} ${status}`;
  if (status === 204 || status === 304) return text === '' ? undefined : `${what} has a body`;
  const like = UNDESCRIBED.find((one) => one.method === method && one.path.test(path))?.like ?? path;
  const operation = operationFor(operations, { method, path: like });
  const drawn = operation === undefined ? { shapes: [] } : drawnAnswers({ areas, operation }, status);
  if ('empty' in drawn) return text === '' ? undefined : `${what} has a body`;
  if ('file' in drawn) {
    return answered.contentType === drawn.file ? undefined : `${what} is ${answered.contentType}, not ${drawn.file}`;
  }
  const at = `${method} ${operation?.path ?? ''} ${status}`;
  // First what many answers are, as shapes are compiled when they are first needed.
  const alternatives = BARE_STATUS.has(status) ? [COMMON_ERROR] : [];
  alternatives.push(...drawn.shapes.map((shape) => schemaOf(shape, { at, exceptions: EXCEPTIONS })));
  if (alternatives.length === 0) return `${what} is not described`;
  const fault = mismatch(text, alternatives);
  return fault === undefined ? undefined : `${what}: ${fault}\n${text.slice(0, 2000)}`;
}

/** The faults by the alternative that fits best. */
function mismatch(text: string, alternatives: readonly JsonSchema[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  if (alternatives.length > 0) value = withoutErrors(value);
  if (value === undefined) return undefined;
  let best: ErrorObject[] | undefined;
  for (const schema of alternatives) {
    const validate = validator(schema);
    if (validate(value)) return undefined;
    const errors = validate.errors ?? [];
    if (best === undefined || distance(errors) < distance(best)) best = errors;
  }
  return (best ?? [])
    .slice(0, 12)
    .map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`)
    .join('; ');
}

/** The items that failed are errors as any call has them; the others are what is left to compare. Undefined when none is left. */
function withoutErrors(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[key, list] = ['', undefined], ...more] = Object.entries(value);
  if (!Array.isArray(list) || list.length === 0 || more.length > 0) return value;
  const others = (list as unknown[]).filter((item) => !validator(COMMON_ERROR)(item));
  return others.length === 0 ? undefined : { [key]: others };
}

/** A shape that does not even fit at the top was not meant. */
const distance = (errors: readonly ErrorObject[]): number =>
  errors.reduce((sum, error) => sum + (error.instancePath === '' && error.keyword !== 'anyOf' ? 1000 : 1), 0);

function validator(schema: JsonSchema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = ajv.compile(schema);
  compiled.set(key, made);
  return made;
}
