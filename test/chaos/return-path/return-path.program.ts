import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { FAULT_CHANNEL } from '../../../apps/webhooks/src/fault.points.ts';

/**
 * Preloaded into services by `--import`: the webhook service ends itself (SIGKILL, so not one instruction follows) at each point that
 * stands in the file, once: it takes the line out before. A second file, while it is there, keeps the service from starting.
 */
const POINTS_FILE_VARIABLE = 'CHAOS_POINTS_FILE';
const DOWN_STEP_MS = 50;

const file = process.env[POINTS_FILE_VARIABLE];
if (file !== undefined && process.argv[1]?.includes('webhooks') === true) {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(`${file}.down`)) Atomics.wait(clock, 0, 0, DOWN_STEP_MS);
  subscribe(FAULT_CHANNEL, (passed) => {
    const points = armed(file);
    if (typeof passed !== 'string' || !points.includes(passed)) return;
    // Whole or not at all: who looks meanwhile sees the old list or the new one.
    writeFileSync(`${file}.next`, points.filter((point) => point !== passed).join('\n'));
    renameSync(`${file}.next`, file);
    process.kill(process.pid, 'SIGKILL');
  });
}

function armed(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
