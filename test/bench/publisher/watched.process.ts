import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { until } from '../../support/until.ts';
import { usageOf, type Usage } from './process.usage.ts';

export interface ProgramOptions {
  readonly program: string;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const LOOK_EVERY_MS = 100;

/** A program of ours as a child process that logs JSON lines, and what it uses. */
export class WatchedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #said = new Map<string, Record<string, unknown>>();
  /** The usage at the moment of each line's first coming. */
  readonly #usedWhen = new Map<string, Usage>();
  readonly #looking: NodeJS.Timeout;
  #peakRssMb = 0;
  #errors = '';

  constructor({ program, flags = [], args = [], env }: ProgramOptions) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CAUSEWAY_'));
    this.#child = spawn(process.execPath, [...flags, program, ...args], {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C is for the bench alone, which ends its processes itself.
      detached: true,
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = `${this.#errors}${chunk.toString()}`.slice(-4000);
    });
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#onLine(line));
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for a line with this `msg`. @throws Error when the program ends before. */
  async said(msg: string, timeoutMs = 60_000): Promise<Record<string, unknown>> {
    const look = (): Promise<Record<string, unknown> | undefined> => {
      const line = this.#said.get(msg);
      if (line === undefined && !this.isRunning) throw new Error(`ended before it said ${msg}: ${this.#errors}`);
      return Promise.resolve(line);
    };
    return until(`the line: ${msg}`, look, timeoutMs);
  }

  /** What it had used when it said this. */
  usedWhen(msg: string): Usage | undefined {
    return this.#usedWhen.get(msg);
  }

  usage(): Usage {
    const used = usageOf(this.#child.pid ?? 0);
    this.#peakRssMb = Math.max(this.#peakRssMb, used.peakRssMb);
    return { ...used, peakRssMb: this.#peakRssMb };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#exited;
    clearTimeout(patience);
  }

  #onLine(text: string): void {
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as Record<string, unknown>;
    const msg = String(line['msg']);
    if (this.#said.has(msg)) return;
    if (this.isRunning) this.#usedWhen.set(msg, this.usage());
    this.#said.set(msg, line);
  }

  #look(): void {
    try {
      this.usage();
    } catch {
      // It has just ended.
    }
  }
}
