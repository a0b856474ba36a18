import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SystemDetails } from './system.types.ts';

/** Where a running `causeway dev` writes its addresses, so that other commands of the same checkout find it. */
export function runFile(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, '.cache', 'causeway-dev.json');
}

/** Only the owner may read it: it holds credentials of the simulator. */
export async function writeRunFile(details: SystemDetails, path = runFile()): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(details, null, 2), { mode: 0o600 });
}

/** Removes the file unless another system has written it since. */
export async function removeRunFile(details: SystemDetails, path = runFile()): Promise<void> {
  const current = await readRunFile(path);
  if (current?.integration.url === details.integration.url) await rm(path, { force: true });
}

/** The system that runs on this checkout, or null. */
export async function readRunFile(path = runFile()): Promise<SystemDetails | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as SystemDetails);
}
