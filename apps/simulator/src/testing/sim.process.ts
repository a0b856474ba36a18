import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '..', '..', 'main.ts');

/** The simulator as a process of its own, run from its sources. */
export class SimProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Started and listening; `env` are settings of the simulator. */
  static async start(env: Readonly<Record<string, string>>): Promise<SimProcess> {
    const child = spawn(process.execPath, ['--conditions=source', MAIN], {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as { msg?: string; url?: string };
      if (said.msg === 'listening' && said.url !== undefined) return new SimProcess(child, said.url);
    }
    throw new Error('the simulator ended before it listened');
  }

  /** `kill -9`, and until it is gone. */
  async kill(): Promise<void> {
    await this.#ended(() => this.#child.kill('SIGKILL'));
  }

  /** Closes its standard input, as the end of its parent does; gives its exit code. */
  async orphan(): Promise<number | null> {
    await this.#ended(() => this.#child.stdin?.end());
    return this.#child.exitCode;
  }

  async #ended(end: () => void): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    end();
    await gone;
  }
}
