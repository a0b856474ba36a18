import { CausewayError } from '#contracts';
import * as library from '#mapping';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Pack } from './pack.types.ts';
import { builtInPacks } from './packs.registry.ts';

/** File names of a pack folder's mapping, in the order in which they are looked for. */
const MAPPING_FILES = ['mapping.js', 'mapping.mjs', 'mapping.ts'];

/** What a mapping outside this repository is given instead of imports: all of libs/mapping, and zod. */
export type PackTools = typeof library & { readonly z: typeof z };

/**
 * Loads a pack: a built-in one by its name, or one of a folder by its path (relative to the working directory).
 * @throws CausewayError `PACK_UNKNOWN` that lists the names there are; `PACK_INVALID` that says what is wrong.
 */
export async function loadPack(nameOrFolder: string): Promise<Pack> {
  const builtIn = Object.hasOwn(builtInPacks, nameOrFolder) ? builtInPacks[nameOrFolder] : undefined;
  if (builtIn !== undefined) return builtIn;
  const folder = path.resolve(nameOrFolder);
  if (!(await isFolder(folder))) {
    const known = Object.keys(builtInPacks).join(', ');
    throw new CausewayError('PACK_UNKNOWN', { details: { pack: nameOrFolder, known } });
  }
  const mapping = await mappingOf(folder);
  const { name, product } = mapping;
  return { name, product, mapping, cases: await casesOf(folder, mapping) };
}

async function mappingOf(folder: string): Promise<library.Mapping> {
  const file = await firstOf(folder);
  if (file === null) throw invalid(folder, `it has none of ${MAPPING_FILES.join(', ')}`);
  let made: unknown;
  try {
    const module = (await import(pathToFileURL(file).href)) as { mapping?: unknown; default?: unknown };
    const exported = module.mapping ?? module.default;
    made = typeof exported === 'function' ? (exported as (tools: PackTools) => unknown)({ ...library, z }) : exported;
  } catch (cause) {
    throw invalid(folder, `${path.basename(file)} cannot be loaded: ${messageOf(cause)}`, cause);
  }
  if (!library.isMapping(made)) throw invalid(folder, `${path.basename(file)} exports nothing made by defineMapping`);
  return made;
}

async function casesOf(folder: string, { name, product }: library.Mapping): Promise<Pack['cases']> {
  const file = path.join(folder, 'cases.json');
  if (!(await exists(file))) return [];
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw invalid(folder, 'cases.json is no JSON', cause);
  }
  const cases = library.caseFileSchema.safeParse(content);
  if (!cases.success) throw invalid(folder, `cases.json: ${z.prettifyError(cases.error)}`);
  if (cases.data.pack !== name || cases.data.product !== product) {
    throw invalid(folder, `cases.json is for pack ${cases.data.pack} of product ${cases.data.product}`);
  }
  return cases.data.cases;
}

function invalid(pack: string, reason: string, cause?: unknown): CausewayError {
  return new CausewayError('PACK_INVALID', { details: { pack, reason }, cause });
}

async function firstOf(folder: string): Promise<string | null> {
  for (const name of MAPPING_FILES) {
    const file = path.join(folder, name);
    if (await exists(file)) return file;
  }
  return null;
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
