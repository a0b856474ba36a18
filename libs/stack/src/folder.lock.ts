import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** A holder that died leaves its lock. One that lives touches it more often than this, however long its work takes. */
const STALE_MS = 60_000;
const LOOK_MS = 100;

export interface FolderLockOptions {
  /** Milliseconds after which a lock that nobody touched counts as left behind. */
  readonly staleMs?: number;
}

/**
 * Runs `work` while no other process of this machine is inside the same lock: a folder can be made only once.
 * @throws what the file system says when the folder can never be made, such as EACCES
 */
export async function withFolderLock<T>(
  path: string,
  work: () => Promise<T>,
  { staleMs = STALE_MS }: FolderLockOptions = {},
): Promise<T> {
  while (!(await made(path))) {
    await breakStale(path, staleMs);
    await wait(LOOK_MS);
  }
  const touching = setInterval(() => void touch(path), staleMs / 4);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await rm(path, { recursive: true, force: true });
  }
}

/** False when somebody else has it. */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes away a lock that was left behind. Who looks and who removes must be one and the same: else the second of two who
 * saw it stale would remove the new lock of the first. So removing has a lock of its own, held for an instant.
 */
async function breakStale(path: string, staleMs: number): Promise<void> {
  if ((await ageMs(path)) <= staleMs) return;
  const breaker = `${path}.breaking`;
  if (await made(breaker)) {
    if ((await ageMs(path)) > staleMs) await rm(path, { recursive: true, force: true });
    await rm(breaker, { recursive: true, force: true });
  } else if ((await ageMs(breaker)) > staleMs) {
    await rm(breaker, { recursive: true, force: true });
  }
}

function ageMs(path: string): Promise<number> {
  return stat(path).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}
