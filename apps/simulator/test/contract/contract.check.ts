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
const commonError = ajv.compile(COMMON_ERROR);
/** By call and status, made when they are first needed: compiling takes time. */
const compiled = new Map<string, readonly Lazy[]>();

/** A shape that is compiled when it is first compared. */
type Lazy = () => ValidateFunction;
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
  const alternatives =
    compiled.get(at) ?? drawn.shapes.map((shape) => lazily(schemaOf(shape, { at, exceptions: EXCEPTIONS })));
  compiled.set(at, alternatives);
  const bare = BARE_STATUS.has(status);
  if (alternatives.length === 0 && !bare) return `${what} is not described`;
  const fault = mismatch(text, { alternatives, bare });
  return fault === undefined ? undefined : `${what}: ${fault}\n${text.slice(0, 2000)}`;
}

function lazily(schema: JsonSchema): Lazy {
  let made: ValidateFunction | undefined;
  return () => (made ??= ajv.compile(schema));
}

/** The faults by the alternative that fits best. */
function mismatch(
  text: string,
  given: { readonly alternatives: readonly Lazy[]; readonly bare: boolean },
): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  if (given.bare && commonError(value)) return undefined;
  if (given.alternatives.length > 0) value = withoutErrors(value);
  if (value === undefined) return undefined;
  let best: ErrorObject[] | undefined;
  for (const alternative of given.alternatives) {
    const validate = alternative();
    if (validate(value)) return undefined;
    const errors = validate.errors ?? [];
    if (best === undefined || distance(errors) < distance(best)) best = errors;
  }
  return (best ?? commonError.errors ?? [])
    .slice(0, 12)
    .map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`)
    .join('; ');
}

/** The items that failed are errors as any call has them; the others are what is left to compare. Undefined when none is left. */
function withoutErrors(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[key, list] = ['', undefined], ...more] = Object.entries(value);
  if (!Array.isArray(list) || list.length === 0 || more.length > 0) return value;
  const others = (list as unknown[]).filter((item) => !commonError(item));
  return others.length === 0 ? undefined : { [key]: others };
}

/** A shape that does not even fit at the top was not meant. */
const distance = (errors: readonly ErrorObject[]): number =>
  errors.reduce((sum, error) => sum + (error.instancePath === '' && error.keyword !== 'anyOf' ? 1000 : 1), 0);
