import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stepTimes, type StepTimes, type TraceEvent } from './trace.steps.ts';

/** Where `step.trace` writes to. */
export const TRACE_VARIABLE = 'BENCH_TRACE_FILE';

/** The trace of one publisher, in a folder of its own for as long as it is needed. */
export class TraceFile implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'causeway-trace-'));

  /** What makes a publisher write it. */
  get preload(): { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
    const program = new URL('step.trace.js', import.meta.url);
    return { flags: [`--import=${program.href}`], env: { [TRACE_VARIABLE]: this.#path } };
  }

  /** Of the last seconds; the publisher has ended. */
  read(seconds: number): StepTimes[] {
    const events = JSON.parse(readFileSync(this.#path, 'utf8')) as TraceEvent[];
    return stepTimes(events, Math.max(...events.map(({ at }) => at)) - seconds * 1000);
  }

  get #path(): string {
    return join(this.#folder, 'events.json');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
