import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used since its start. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssMb: number;
  /** Known on Linux only; elsewhere the caller looks often and keeps the highest. */
  readonly peakRssMb: number;
}

/** The unit of /proc/<pid>/stat on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Reads it from /proc, elsewhere from `ps`. @throws Error when the process is gone. */
export function usageOf(pid: number): Usage {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command stands in brackets and may hold spaces; user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssMb: kilobytes('VmRSS') / 1024,
    peakRssMb: kilobytes('VmHWM') / 1024,
  };
}

function fromPs(pid: number): Usage {
  const [rss = '0', time = '0'] = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  const cpuSeconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  const rssMb = Number(rss) / 1024;
  return { cpuSeconds, rssMb, peakRssMb: rssMb };
}
