import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A shape as scripts/derive-zoho-contract.ts wrote it: JSON Schema, but for references by name and `open`. */
export interface Shape {
  readonly $ref?: string;
  readonly anyOf?: readonly Shape[];
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  /** Whether further properties are expected; undescribed where it is missing. */
  readonly open?: boolean;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  /** By status: a shape, a file of that type, or no body. */
  readonly answers: Readonly<Record<string, Shape | { readonly file: string } | null>>;
}

export interface Area {
  readonly name: string;
  readonly source: { readonly description: string; readonly file: string; readonly version: string };
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Shape>>;
}

const FOLDER = join(import.meta.dirname, 'v8');

/** The whole derived description, one area for each of Zoho's files. */
export function contractAreas(): Area[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const content = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<Area, 'name'>;
      return { name: file.replace('.json', ''), ...content };
    });
}
