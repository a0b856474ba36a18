import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Derives what the simulator's answers are checked against from Zoho's own machine-readable description (OpenAPI, version 8):
 * paths, parameters, statuses and the shapes of answers, without any sentence of it. Run by hand when the description changes:
 * `node scripts/derive-zoho-contract.ts <folder of the description>`.
 */
type Json = Record<string, unknown>;

interface Source {
  readonly name: string;
  readonly document: Json;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: derive-zoho-contract.ts <folder of the OpenAPI files>');
const OUT = join(import.meta.dirname, '..', 'apps', 'simulator', 'test', 'contract', 'v8');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Texts of an `enum` with more words are sentences, which are not taken over; nor are those of `message`. */
const MOST_WORDS = 3;

const sources = await readSources(folder);

async function readSources(from: string): Promise<ReadonlyMap<string, Source>> {
  const files = (await readdir(from)).filter((file) => file.endsWith('.json')).sort();
  const read = files.map(async (file): Promise<[string, Source]> => {
    const name = basename(file, '.json');
    return [name, { name, document: JSON.parse(await readFile(join(from, file), 'utf8')) as Json }];
  });
  return new Map(await Promise.all(read));
}

/** `record#Info` for a reference into any of the files. */
function named(reference: string, from: Source): { readonly file: string; readonly path: string[] } {
  const [where = '', pointer = ''] = reference.split('#');
  return { file: where === '' ? from.name : basename(where, '.json'), path: pointer.split('/').slice(1) };
}

function resolve(value: unknown, from: Source): { readonly value: Json; readonly source: Source } | undefined {
  const given = (value ?? {}) as Json;
  if (typeof given['$ref'] !== 'string') return { value: given, source: from };
  const { file, path } = named(given['$ref'], from);
  const source = sources.get(file);
  if (source === undefined) return undefined;
  let found: unknown = source.document;
  for (const part of path) found = (found as Json | undefined)?.[part];
  return resolve(found, source);
}

/** The shape alone: types, names, required ones, short values of an enumeration, references. */
function shape(value: unknown, about: { readonly from: Source; readonly property: string }): Json {
  const { from, property } = about;
  const given = (value ?? {}) as Json;
  const inner = (part: unknown, name = property): Json => shape(part, { from, property: name });
  if (typeof given['$ref'] === 'string') {
    const { file, path } = named(given['$ref'], from);
    return sources.has(file) ? { $ref: `${file}#${path.at(-1) ?? ''}` } : {};
  }
  const choice = given['oneOf'] ?? given['anyOf'];
  if (Array.isArray(choice)) return { anyOf: choice.map((part: unknown) => inner(part)) };
  const made: Json = {};
  if (typeof given['type'] === 'string')
    made['type'] = given['nullable'] === true ? [given['type'], 'null'] : given['type'];
  if (given['format'] === 'date-time' || given['format'] === 'date') made['format'] = given['format'];
  const values = given['enum'];
  if (
    Array.isArray(values) &&
    property !== 'message' &&
    values.every((one) => String(one).split(' ').length <= MOST_WORDS)
  ) {
    made['enum'] = given['nullable'] === true ? [...(values as unknown[]), null] : values;
  }
  if (typeof given['properties'] === 'object' && given['properties'] !== null) {
    const entries = Object.entries(given['properties']).map(([name, part]) => [name, inner(part, name)] as const);
    made['properties'] = Object.fromEntries(entries);
  }
  if (Array.isArray(given['required'])) made['required'] = given['required'];
  if (given['items'] !== undefined) made['items'] = inner(given['items']);
  if (typeof given['additionalProperties'] === 'boolean') made['open'] = given['additionalProperties'];
  return made;
}

function parameters(listed: unknown, from: Source): Json[] {
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((one: unknown) => {
    const found = resolve(one, from)?.value;
    if (found === undefined || found['in'] === 'path') return [];
    return [{ name: found['name'], in: found['in'], required: found['required'] === true }];
  });
}

function statuses(responses: unknown, from: Source): Json {
  const entries = Object.entries((responses ?? {}) as Json).map(([status, response]) => {
    const found = resolve(response, from);
    const content = (found?.value['content'] ?? {}) as Json;
    const [type] = Object.keys(content);
    if (found === undefined || type === undefined) return [status, null];
    if (!type.startsWith('application/json')) return [status, { file: type }];
    const schema = (content[type] as Json)['schema'];
    return [status, shape(schema, { from: found.source, property: '' })];
  });
  return Object.fromEntries(entries) as Json;
}

function operations(source: Source): Json[] {
  const paths = (source.document['paths'] ?? {}) as Record<string, Json>;
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const operation = item[method] as Json;
      const shared = parameters(item['parameters'], source);
      return {
        method: method.toUpperCase(),
        path,
        parameters: [...shared, ...parameters(operation['parameters'], source)],
        answers: statuses(operation['responses'], source),
      };
    }),
  );
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  const given = value as Json;
  return typeof given['$ref'] === 'string' ? [given['$ref']] : Object.values(given).flatMap(references);
}

/** Every shape that an answer leads to, by its name. */
function reachable(roots: readonly unknown[]): Map<string, Json> {
  const found = new Map<string, Json>();
  const waiting = roots.flatMap(references);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const [file = '', schema = ''] = name.split('#');
    const source = sources.get(file);
    const schemas = ((source?.document['components'] as Json | undefined)?.['schemas'] ?? {}) as Json;
    const made = source === undefined ? {} : shape(schemas[schema], { from: source, property: '' });
    found.set(name, made);
    waiting.push(...references(made));
  }
  return found;
}

const lines = (entries: readonly (readonly [string, unknown])[]): string =>
  entries.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n');

const areas = [...sources.values()].map((source) => ({ source, operations: operations(source) }));
const schemas = reachable(areas.map((area) => area.operations));
await mkdir(OUT, { recursive: true });
for (const { source, operations: found } of areas) {
  const mine = [...schemas].filter(([name]) => name.startsWith(`${source.name}#`)).sort(([a], [b]) => (a < b ? -1 : 1));
  const info = (source.document['info'] ?? {}) as Json;
  const from = {
    description: 'Zoho CRM OpenAPI (github.com/zoho/crm-oas)',
    file: `${source.name}.json`,
    version: info['version'],
  };
  const text = `{
  "source": ${JSON.stringify(from)},
  "operations": [
${found.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}
  ],
  "schemas": {
${lines(mine)}
  }
}
`;
  await writeFile(join(OUT, `${source.name}.json`), text);
}
process.stdout.write(`${areas.length} files, ${schemas.size} shapes\n`);
