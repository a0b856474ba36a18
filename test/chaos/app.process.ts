import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { FAULT_LINE, FAULT_VARIABLE, formatTrigger, type FaultTrigger } from './fault.trigger.ts';
import { REDIRECT_VARIABLE } from './kafka.redirect.ts';

/** One line of a service's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly code?: string;
  readonly url?: string;
}

/** A promise broken: the module that is preloaded for it, and what it is told by the environment. */
export interface Mutation {
  readonly module: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface AppSettings {
  /** Folder of the app. */
  readonly app: string;
  readonly env: Readonly<Record<string, string>>;
  /** Server's port -> port of the proxy in front of it. */
  readonly redirects: ReadonlyMap<number, number>;
  readonly mutation?: Mutation | undefined;
  /** Where it shall end or freeze. */
  readonly trigger?: FaultTrigger | undefined;
  /** Told of each line at level error, and of lines that are no log: the stack of a crash. */
  readonly onAlarm: (what: string) => void;
  readonly onLine?: ((line: LogLine) => void) | undefined;
  /** Told of lines that are no log alone; without it `onAlarm` is. */
  readonly onCrash?: ((text: string) => void) | undefined;
}

const END_PATIENCE_MS = 20_000;
/** The same from the sources (Jest) and from the build, which `npm test` and `npm run chaos` make first. */
const DIST = import.meta.url.includes('/dist/test/') ? '../..' : '../../dist';
const built = (path: string): URL => new URL(`${DIST}/${path}`, import.meta.url);

/** An app as it runs in production: the built program, in a process of its own. */
export class AppProcess {
  readonly #app: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #said = new Map<string, LogLine>();
  readonly #onAlarm: (what: string) => void;
  readonly #onLine: AppSettings['onLine'];
  readonly #onCrash: (text: string) => void;
  #failed = '';

  constructor({ app, env, redirects, mutation, trigger, onAlarm, onLine, onCrash = onAlarm }: AppSettings) {
    this.#app = app;
    this.#onAlarm = onAlarm;
    this.#onLine = onLine;
    this.#onCrash = onCrash;
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('CAUSEWAY_') && name !== 'NODE_OPTIONS',
    );
    const ports = [...redirects].map(([from, to]) => `${from}=${to}`).join(',');
    const preloaded = ['kafka.redirect', 'fault.trigger', ...(mutation === undefined ? [] : [mutation.module])];
    const flags = [
      '--disable-warning=TimeoutNegativeWarning',
      ...preloaded.flatMap((name) => ['--import', built(`test/chaos/${name}.js`).href]),
    ];
    this.#child = spawn(process.execPath, [...flags, fileURLToPath(built(`apps/${app}/main.js`))], {
      env: {
        ...Object.fromEntries(inherited),
        ...env,
        [REDIRECT_VARIABLE]: ports,
        ...mutation?.env,
        ...(trigger === undefined ? {} : { [FAULT_VARIABLE]: formatTrigger(trigger) }),
        // Standard input is a pipe that closes with this process, so that none outlives it.
        CAUSEWAY_EXIT_WITH_PARENT: 'true',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C is for the campaign alone, which ends its round first.
      detached: true,
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdin?.on('error', () => undefined);
    this.#read();
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it has said this. @throws Error when it ends before, or says `instead`. */
  async said(msg: string, { timeoutMs = 60_000, instead = '' } = {}): Promise<LogLine> {
    const look = (): Promise<LogLine | undefined> => {
      const line = this.#said.get(msg);
      if (line === undefined && !this.isRunning)
        throw new Error(`the ${this.#app} ended before it said ${msg}: ${this.#failed}`);
      const stopped = this.#said.get(instead);
      if (line === undefined && stopped !== undefined)
        throw new Error(`the ${this.#app} said before ${msg}: ${instead} (${stopped.code})`);
      return Promise.resolve(line);
    };
    return until(`the line of the ${this.#app}: ${msg}`, look, timeoutMs);
  }

  /** A metric's value now, over all series that have the label; `name` is without `causeway_`. 0 where it has none yet. */
  async metric(name: string, label = ''): Promise<number> {
    const { url } = await this.said('listening');
    const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) })).text();
    const values = [...text.matchAll(new RegExp(`^causeway_${name}(\\{.*\\})? (.*)$`, 'gm'))];
    const having = values.filter(([, labels = '']) => labels.includes(label));
    return having.reduce((sum, [, , value]) => sum + Number(value), 0);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends the signal and waits for the end; insists where there is none. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill(signal);
    // A frozen process hears of nothing but SIGKILL.
    this.#child.kill('SIGCONT');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), END_PATIENCE_MS);
    await this.#exited;
    clearTimeout(insist);
  }

  /** Waits until it has ended itself at its fault point. @throws Error when it ends otherwise */
  async died(): Promise<void> {
    await this.said(FAULT_LINE);
    await this.#exited;
  }

  #read(): void {
    const { stdout, stderr } = this.#child;
    for (const stream of [stdout, stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (text) => this.#take(text));
    }
  }

  #take(text: string): void {
    if (!text.startsWith('{"')) {
      this.#failed = `${this.#failed}${text}\n`.slice(-4000);
      this.#onCrash(text);
      return;
    }
    let line: LogLine;
    try {
      line = JSON.parse(text) as LogLine;
    } catch {
      // SIGKILL can cut a line.
      return;
    }
    this.#said.set(line.msg, line);
    this.#onLine?.(line);
    if (line.level === 'error' || line.level === 'fatal') this.#onAlarm(line.code ?? line.msg);
  }
}
