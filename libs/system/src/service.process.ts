import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A service logs JSON lines; these fields are looked at. */
const lineSchema = z.looseObject({
  level: z.string(),
  msg: z.string(),
  url: z.string().optional(),
  code: z.string().optional(),
});
export type LogLine = z.infer<typeof lineSchema>;

export interface ServiceOptions {
  readonly name: string;
  /** Path of the program that Node runs. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly logFile: string;
  /** Message of the log line that says that it works. */
  readonly readyWhen: string;
  readonly onLine?: (service: string, line: LogLine) => void;
  /** Told when it ended without having been told to, and is started again. */
  readonly onRestart?: (service: string, why: string) => void;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const RESTART_MS = 200;
const KEPT_LINES = 40;

/**
 * One service as a child process: started, waited for, and started again when it ends without having been told to, as a
 * supervisor in production would.
 */
export class ServiceProcess {
  readonly name: string;
  readonly #options: ServiceOptions;
  readonly #log: WriteStream;
  readonly #tail: string[] = [];
  #child: ChildProcess | undefined;
  #stopping = false;
  #url = '';
  #port = '';
  #restarts = 0;
  #ready: Promise<void> = Promise.resolve();

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  /** What the service said it listens on; empty before. */
  get url(): string {
    return this.#url;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Times it came back by itself. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts it and waits until it works. @throws Error with the end of its output. */
  async start(): Promise<void> {
    this.#ready = this.#launch();
    await this.#ready;
  }

  /** Resolves when the service works again after a restart that is under way. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Sends a signal; with SIGKILL this is the crash of a test. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Asks it to stop, insists after a while, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(insist);
    }
    await new Promise<void>((resolve) => {
      this.#log.end(resolve);
    });
  }

  #launch(): Promise<void> {
    const { program, args = [] } = this.#options;
    // Others know the address by now: the doctor, and whoever looks at its metrics.
    const env = this.#port === '' ? this.#options.env : { ...this.#options.env, CAUSEWAY_PORT: this.#port };
    const flags = [
      '--enable-source-maps',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
    ];
    const child = spawn(process.execPath, [...flags, program, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    let wasReady = false;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#failure('did not become ready in time')), READY_TIMEOUT_MS);
      const settle = (result: () => void): void => {
        clearTimeout(timer);
        result();
      };
      this.#readLines(child, () => {
        wasReady = true;
        this.#port = this.#url === '' ? '' : new URL(this.#url).port;
        settle(resolve);
      });
      child.once('error', (error) => settle(() => reject(error)));
      child.once('exit', (code, signal) => {
        settle(() => reject(this.#failure(`ended with ${signal ?? code}`)));
        // Another program may have the port now.
        if (!wasReady) this.#port = '';
        if (!this.#stopping) this.#restart(`ended with ${signal ?? `exit code ${code}`}`);
      });
    });
  }

  #restart(why: string): void {
    this.#restarts += 1;
    this.#options.onRestart?.(this.name, why);
    this.#ready = new Promise<void>((resolve, reject) => {
      setTimeout(() => {
        if (this.#stopping) resolve();
        else this.#launch().then(resolve, reject);
      }, RESTART_MS);
    });
    // A restart that fails ends in the next exit, which starts it once more; whoever waits for `ready` sees the error.
    this.#ready.catch(() => undefined);
  }

  #readLines(child: ChildProcess, onReady: () => void): void {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (text) => {
        if (!this.#log.writableEnded) this.#log.write(`${text}\n`);
        this.#tail.push(text);
        if (this.#tail.length > KEPT_LINES) this.#tail.shift();
        const line = parseLine(text);
        if (line === null) return;
        if (line.msg === 'listening' && line.url !== undefined) this.#url = line.url;
        if (line.msg === this.#options.readyWhen) onReady();
        this.#options.onLine?.(this.name, line);
      });
    }
  }

  #failure(what: string): Error {
    return new Error(`${this.name} ${what}:\n${this.#tail.join('\n')}`);
  }
}

function parseLine(text: string): LogLine | null {
  if (!text.startsWith('{')) return null;
  try {
    return lineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
