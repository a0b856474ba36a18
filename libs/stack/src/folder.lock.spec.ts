import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '#testing';
import { runToEnd } from './child.process.ts';
import { withFolderLock } from './folder.lock.ts';

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-lock-'));
  lock = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Work that notices company. */
function watchedWork(): { work: () => Promise<void>; most: () => number } {
  let [inside, most] = [0, 0];
  return {
    most: () => most,
    work: async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    },
  };
}

/** The lock of a process that died. */
function leaveBehind(minutes: number): void {
  mkdirSync(lock);
  const at = new Date(Date.now() - minutes * 60_000);
  utimesSync(lock, at, at);
}

describe('withFolderLock', () => {
  it('gives what the work gives and takes the lock away', async () => {
    expect(await withFolderLock(lock, () => Promise.resolve(existsSync(lock)))).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });

  it('takes the lock away when the work fails', async () => {
    await expect(withFolderLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });

  it('never has two holders at once', async () => {
    const { work, most } = watchedWork();
    await Promise.all(Array.from({ length: 8 }, () => withFolderLock(lock, work)));
    expect(most()).toBe(1);
  });

  it('never has two holders at once, across processes', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    const program = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { setImmediate as turn } from 'node:timers/promises';
      import { withFolderLock } from ${JSON.stringify(fileURLToPath(new URL('folder.lock.ts', import.meta.url)))};
      const [counter, lock] = process.argv.slice(1);
      for (let round = 0; round < 3; round += 1) {
        await withFolderLock(lock, async () => {
          const before = Number(readFileSync(counter, 'utf8'));
          await turn();
          writeFileSync(counter, String(before + 1));
        });
      }`;
    const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module-typescript'];
    const run = (): Promise<string> =>
      runToEnd(spawn(process.execPath, [...flags, '-e', program, '--', counter, lock]), 'a holder');
    await Promise.all([run(), run(), run()]);
    expect(readFileSync(counter, 'utf8')).toBe('9');
  });

  it('takes over the lock of a process that died', async () => {
    leaveBehind(10);
    expect(await withFolderLock(lock, () => Promise.resolve('done'))).toBe('done');
  });

  it('never has two holders when many find a lock that was left behind', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { work, most } = watchedWork();
      leaveBehind(10);
      await Promise.all(Array.from({ length: 8 }, () => withFolderLock(lock, work)));
      expect(most()).toBe(1);
    }
  });

  it('regression: takes over though another died while it removed a stale lock', async () => {
    leaveBehind(10);
    const at = new Date(Date.now() - 600_000);
    mkdirSync(`${lock}.breaking`);
    utimesSync(`${lock}.breaking`, at, at);
    expect(await withFolderLock(lock, () => Promise.resolve('done'))).toBe('done');
  });

  it('regression: does not take over from a holder that lives, however long its work takes', async () => {
    // Long enough that the holder touches it in time on a machine that stands still for a while.
    const staleMs = 2000;
    let ended = false;
    const long = withFolderLock(
      lock,
      async () => {
        const made = statSync(lock).mtimeMs;
        await until(() => statSync(lock).mtimeMs - made > 1.5 * staleMs);
        ended = true;
      },
      { staleMs },
    );
    await until(() => existsSync(lock));
    expect(await withFolderLock(lock, () => Promise.resolve(ended), { staleMs })).toBe(true);
    await long;
  });

  it('regression: fails where no lock can ever be made, instead of waiting for ever', async () => {
    await expect(withFolderLock(join(folder, 'missing', 'lock'), () => Promise.resolve())).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
