import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const MAIN = fileURLToPath(new URL('../../apps/simulator/main.js', import.meta.url));

/** The built simulator in a process of its own, so that it has a core for itself. */
export class BenchedSimulator {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Started and listening, with a seed and without limits of credits or calls at once. */
  static async start(): Promise<BenchedSimulator> {
    const env = { PATH: process.env['PATH'], CAUSEWAY_PORT: '0', CAUSEWAY_SIMULATOR_SEED: '1' };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as { readonly msg?: string; readonly url?: string };
      if (said.msg !== 'listening' || said.url === undefined) continue;
      const simulator = new BenchedSimulator(child, said.url);
      await simulator.control('limits', {
        edition: 'Ultimate',
        credits: 1e12,
        concurrency: 1000,
        subConcurrency: 1000,
      });
      return simulator;
    }
    throw new Error('the simulator ended before it listened');
  }

  async control(name: string, body: object): Promise<void> {
    const answer = await fetch(`${this.url}/_control/${name}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`/_control/${name}: ${answer.status} ${await answer.text()}`);
  }

  /** How many calls it has ever logged. */
  async calls(): Promise<number> {
    const answer = await fetch(`${this.url}/_control/calls?since=1000000000`);
    return ((await answer.json()) as { readonly last: number }).last;
  }

  async token(): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: '1000.SIMULATOR',
      client_secret: 'simulator-secret',
      refresh_token: '1000.simulator.refresh',
    });
    const answer = await fetch(`${this.url}/oauth/v2/token`, { method: 'POST', body: form });
    const { access_token: token } = (await answer.json()) as { readonly access_token?: string };
    if (token === undefined) throw new Error(`no access token: ${answer.status}`);
    return token;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}
