import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A place for one file in a folder of its own, and how both go again. */
export async function tempFile(name: string): Promise<{ readonly path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  return { path: join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}
