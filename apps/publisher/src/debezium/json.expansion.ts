import { readJackson, type JsonNode } from './jackson.reader.ts';
import { javaDouble } from './java.text.ts';

/** A Connect schema, as far as the router infers one from JSON. Two are the same when they print the same. */
type Schema =
  | { readonly type: 'string' | 'boolean' | 'int32' | 'int64' | 'float64' | 'bytes' }
  | { readonly type: 'array'; readonly of: Schema }
  /** One that was merged of several takes no null any more, though each of them did. */
  | { readonly type: 'struct'; readonly fields: ReadonlyMap<string, Schema>; readonly isMerged?: boolean };

export type NullBehavior = 'ignore' | 'optional_bytes';

/** What the original answers with an exception: then the payload stays the text that it was. */
class NotExpandable extends Error {}

const [INT_LOW, INT_HIGH] = [-(2n ** 31n), 2n ** 31n - 1n];
const [LONG_LOW, LONG_HIGH] = [-(2n ** 63n), 2n ** 63n - 1n];

export type Expansion =
  | { readonly kind: 'struct'; readonly text: string }
  /** No JSON object or array, or one that the router infers no type for: it goes as it is. */
  | { readonly kind: 'unchanged' }
  /** The router infers a type and then fails to convert the value: it goes as it is, though under that type. */
  | { readonly kind: 'mistyped' };

/** `table.expand.json.payload` with a StringConverter: the text of the struct that the payload becomes. */
export function expandJson(payload: string, nulls: NullBehavior): Expansion {
  if (!/^[{[]/.test(payload)) return { kind: 'unchanged' };
  const node = attempt(() => readJackson(payload));
  if (node === null) return { kind: 'unchanged' };
  const inferred = attempt(() => ({ schema: schemaOf(node, nulls) }));
  if (inferred === null) return { kind: 'unchanged' };
  const { schema } = inferred;
  // Arrays get a type, though only structs can be made of it.
  if (schema?.type !== 'struct') return { kind: 'mistyped' };
  const text = attempt(() => render(node, schema));
  return text === null ? { kind: 'mistyped' } : { kind: 'struct', text: wellFormed(text) };
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotExpandable || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Java encodes half of a surrogate pair as a question mark. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.replaceAll(/\p{Surrogate}/gu, '?');
}

function schemaOf(node: JsonNode, nulls: NullBehavior): Schema | null {
  switch (node.kind) {
    case 'string':
    case 'boolean':
      return { type: node.kind };
    case 'number':
      return { type: numberType(node.text) };
    case 'null':
      return nulls === 'optional_bytes' ? { type: 'bytes' } : null;
    case 'array':
      return node.elements.length === 0 ? null : { type: 'array', of: elementSchema(node.elements, nulls) };
    case 'object':
      return { type: 'struct', fields: structFields(node.fields, nulls) };
  }
}

function numberType(text: string): 'int32' | 'int64' | 'float64' {
  if (/[.eE]/.test(text)) return 'float64';
  const value = BigInt(text);
  if (value >= INT_LOW && value <= INT_HIGH) return 'int32';
  return value >= LONG_LOW && value <= LONG_HIGH ? 'int64' : 'float64';
}

function structFields(fields: ReadonlyMap<string, JsonNode>, nulls: NullBehavior): ReadonlyMap<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const [name, value] of fields) {
    const schema = schemaOf(value, nulls);
    if (schema === null) continue;
    if (name === '') throw new NotExpandable('a field without a name');
    schemas.set(name, schema);
  }
  return schemas;
}

function elementSchema(elements: readonly JsonNode[], nulls: NullBehavior): Schema {
  const sample = elements.find(({ kind }) => kind !== 'null') ?? { kind: 'null' };
  for (const element of elements) {
    if (element.kind === 'null') continue;
    const alike =
      element.kind === sample.kind &&
      (element.kind !== 'number' || sample.kind !== 'number' || numberType(element.text) === numberType(sample.text));
    if (!alike) throw new NotExpandable('elements of several kinds');
  }
  if (sample.kind !== 'object') {
    const schema = schemaOf(sample, nulls);
    if (schema === null) throw new NotExpandable('elements without a type');
    return schema;
  }
  const objects = elements.filter((element) => element.kind === 'object');
  const merged = new Map<string, Schema>();
  const distinct = new Set<string>();
  for (const { fields } of objects) {
    const own = structFields(fields, nulls);
    distinct.add(printed({ type: 'struct', fields: own }));
    for (const [name, schema] of own) {
      const known = merged.get(name);
      // A null says nothing of the type; another element may.
      if (known === undefined || (known.type === 'bytes' && schema.type !== 'bytes')) merged.set(name, schema);
    }
  }
  return { type: 'struct', fields: merged, isMerged: distinct.size > 1 };
}

function printed(schema: Schema): string {
  if (schema.type === 'array') return `[${printed(schema.of)}]`;
  if (schema.type !== 'struct') return schema.type;
  return JSON.stringify([...schema.fields].map(([name, field]) => [name, printed(field)]));
}

/** `Struct.toString`: fields in the schema's order, those that are null left out. */
function render(node: JsonNode, schema: Schema): string {
  if (node.kind === 'object') {
    if (schema.type !== 'struct') throw new NotExpandable('an object among others');
    return renderStruct(node.fields, schema.fields);
  }
  if (node.kind === 'array') {
    if (schema.type !== 'array') throw new NotExpandable('an array among others');
    return `[${node.elements.map((element) => render(element, schema.of)).join(', ')}]`;
  }
  if (node.kind === 'null') {
    if (schema.type === 'struct' && schema.isMerged === true) throw new NotExpandable('a null among unlike objects');
    return 'null';
  }
  const type = node.kind === 'number' ? numberType(node.text) : node.kind;
  if (type !== schema.type) throw new NotExpandable('a value of another type');
  if (type !== 'float64') return node.text === '-0' ? '0' : node.text;
  // A whole number beyond 64 bits is typed as a double, and then refused as one.
  if (/^-?\d+$/.test(node.text)) throw new NotExpandable('a number beyond 64 bits');
  return javaDouble(Number(node.text));
}

function renderStruct(values: ReadonlyMap<string, JsonNode>, fields: ReadonlyMap<string, Schema>): string {
  const shown: string[] = [];
  for (const [name, schema] of fields) {
    const value = values.get(name);
    if (value !== undefined && value.kind !== 'null') shown.push(`${name}=${render(value, schema)}`);
  }
  return `Struct{${shown.join(',')}}`;
}
