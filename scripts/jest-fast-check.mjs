/**
 * What `fast-check` is in specs. jest.config.mjs maps the name to this file, so that suites without properties load nothing. It is the
 * library itself, with the seed of all properties in one place.
 *
 * The seed is always the same one unless the environment names another: a red test run then says that the change is bad, and not that this
 * was the day for a rare case. Rare cases are looked for by `npm run chaos -- properties`, which sets both of these:
 *
 * - `PROPERTY_SEED`: a whole number, or `random` for a seed of its own for each property. It comes before a seed that a spec gives.
 * - `PROPERTY_TIMES`: how many times its runs each property has. Above 1 a property ends after two minutes, with the runs it has come to.
 */
import fc from '../node_modules/fast-check/lib/fast-check.js';

export * from '../node_modules/fast-check/lib/fast-check.js';

const SEED = 20261121;
/** fast-check's own number of runs, where a spec names none. */
const RUNS = 100;
const LIMIT_MS = 120_000;

const { PROPERTY_SEED: seedName = '', PROPERTY_TIMES: timesName = '' } = process.env;
const times = timesName === '' ? 1 : wholeNumber('PROPERTY_TIMES', timesName);
const seedOf = {
  '': (own) => own ?? SEED,
  random: () => undefined,
}[seedName];
const named = seedOf === undefined ? wholeNumber('PROPERTY_SEED', seedName) : undefined;

function wholeNumber(name, text) {
  if (!/^-?\d{1,10}$/.test(text)) throw new Error(`${name}=${text} has to be a whole number`);
  return Number(text);
}

function planOf({ seed: own, ...rest } = {}) {
  const seed = seedOf === undefined ? named : seedOf(own);
  const plan = { ...rest, ...(seed === undefined ? {} : { seed }) };
  return times === 1 ? plan : { interruptAfterTimeLimit: LIMIT_MS, ...plan, numRuns: (rest.numRuns ?? RUNS) * times };
}

/** Without this file in its stack, so that Jest shows the line of the spec. */
function shown(error) {
  if (!(error instanceof Error)) return error;
  const lines = (error.stack ?? '').split('\n');
  error.stack = lines.filter((line) => !line.includes(import.meta.filename)).join('\n');
  shown(error.cause);
  return error;
}

export function assert(property, parameters) {
  try {
    const end = fc.assert(property, planOf(parameters));
    return end instanceof Promise ? end.catch((error) => Promise.reject(shown(error))) : end;
  } catch (error) {
    throw shown(error);
  }
}

export const check = (property, parameters) => fc.check(property, planOf(parameters));

export default { ...fc, assert, check };
