import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, rmSync } from 'node:fs';
import { FAULT_CHANNEL } from '../../apps/webhooks/src/fault.points.ts';

/**
 * Preloaded into services by `--import`: the webhook service ends itself (SIGKILL, so not one instruction follows) at the point that
 * stands in the file, once: the file is gone then, and the process that comes after passes.
 */
const POINT_FILE_VARIABLE = 'CHAOS_POINT_FILE';

const file = process.env[POINT_FILE_VARIABLE];
if (file !== undefined) {
  subscribe(FAULT_CHANNEL, (passed) => {
    if (wanted(file) !== passed) return;
    rmSync(file);
    process.kill(process.pid, 'SIGKILL');
  });
}

function wanted(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
