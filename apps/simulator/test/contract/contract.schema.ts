import type { Area, Shape } from './contract.files.ts';
import type { ContractException } from './contract.exceptions.ts';

export type JsonSchema = Record<string, unknown>;

/** `record#Info` as a name within `$defs`. */
export const definition = (name: string): string => name.replace('#', '.');

/** All shapes as one JSON Schema. An object that names properties is closed unless it says otherwise. */
export function definitions(areas: readonly Area[], exceptions: readonly ContractException[]): JsonSchema {
  const shapes = areas.flatMap((area) => Object.entries(area.schemas));
  return Object.fromEntries(
    shapes.map(([name, shape]) => [definition(name), schemaOf(shape, { at: name, exceptions })]),
  );
}

/** The JSON Schema of one shape; `at` is the name by which exceptions know it. */
export function schemaOf(
  shape: Shape,
  about: { readonly at: string; readonly exceptions: readonly ContractException[] },
): JsonSchema {
  const { at, exceptions } = about;
  const mine = exceptions.filter((exception) => exception.at === at);
  const made = plainSchema(shape, { ...about, mine });
  return mine.some((exception) => exception.nullable === true) ? { anyOf: [made, { type: 'null' }] } : made;
}

function plainSchema(
  shape: Shape,
  about: {
    readonly at: string;
    readonly exceptions: readonly ContractException[];
    readonly mine: readonly ContractException[];
  },
): JsonSchema {
  const { at, exceptions, mine } = about;
  if (shape.$ref !== undefined) return { $ref: `zoho#/$defs/${definition(shape.$ref)}` };
  if (shape.anyOf !== undefined) return { anyOf: shape.anyOf.map((part) => schemaOf(part, { at, exceptions })) };
  const type = mine.find((exception) => exception.type !== undefined)?.type ?? shape.type;
  const values = mine.flatMap((exception) => exception.values ?? []);
  return {
    ...(type === undefined ? {} : { type }),
    ...(shape.format === undefined ? {} : { format: shape.format }),
    ...(shape.enum === undefined ? {} : { enum: [...shape.enum, ...values] }),
    ...(shape.items === undefined ? {} : { items: schemaOf(shape.items, { at: `${at}[]`, exceptions }) }),
    ...objectPart(shape, about),
  };
}

function objectPart(shape: Shape, about: Parameters<typeof plainSchema>[1]): JsonSchema {
  const { properties } = shape;
  if (properties === undefined) return {};
  const { at, exceptions, mine } = about;
  const more = mine.flatMap((exception) => exception.more ?? []);
  const optional = new Set(mine.flatMap((exception) => exception.optional ?? []));
  const required = optional.has('*') ? [] : (shape.required ?? []).filter((name) => !optional.has(name));
  const known = Object.entries(properties).map(([name, part]) => [
    name,
    schemaOf(part, { at: `${at}.${name}`, exceptions }),
  ]);
  return {
    properties: { ...Object.fromEntries(known), ...Object.fromEntries(more.map((name) => [name, {}])) },
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: shape.open === true || more.includes('*'),
  };
}
