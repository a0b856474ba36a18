import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const MEGABYTE = 1024 * 1024;
/** Two halves of 8 MB. V8 goes up to 128 MB by itself where there is memory enough. */
const MOST_BYTES = 16 * MEGABYTE;

/**
 * Keeps V8's space for young objects small. What the socket gives lies in buffers outside of the heap, and hangs on young objects: the
 * larger their space, the later V8 looks which are free, and the more of them pile up. The limit itself (`--max-semi-space-size`) can be
 * set on the command line alone; how the space grows can be set while it runs. Whoever names a size there is left alone.
 */
export function boundYoungHeap(
  flags: readonly string[] = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''],
): void {
  if (flags.some((flag) => /semi[-_]space/.test(flag))) return;
  const observer = new PerformanceObserver(() => {
    if (youngBytes() < MOST_BYTES) return;
    // It doubles, at the end of a collection, until here.
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
