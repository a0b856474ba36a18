import { fork, spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { appProgram } from '#system';
import type { CliAnswer, CliCall } from './cli.host.ts';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

const FLAGS = ['--disable-warning=TimeoutNegativeWarning'];

/**
 * Runs the `causeway` command with `env` as its whole environment beside PATH. Calls go to one process of this spec file that
 * stays (see cli.host.ts), one at a time; a call made while another is under way gets a process of its own.
 */
export function causeway(args: readonly string[], env: Environment = {}): Promise<CliResult> {
  const idle = host ?? startHost();
  return idle.call === undefined ? askHost(idle, args, env) : causewayProcess(args, env);
}

/** The same in a process of its own, as a person would run it: for what has to do with the process itself. */
export function causewayProcess(args: readonly string[], env: Environment = {}): Promise<CliResult> {
  return resultOf(startProcess(args, env));
}

/** The same, killed as soon as `moment` has come: not one instruction follows. Its code is null. */
export async function causewayKilled(
  args: readonly string[],
  env: Environment,
  moment: () => Promise<unknown>,
): Promise<CliResult> {
  const child = startProcess(args, env);
  const result = resultOf(child);
  try {
    await moment();
  } finally {
    child.kill('SIGKILL');
  }
  return result;
}

function startProcess(args: readonly string[], env: Environment): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [...FLAGS, appProgram('cli'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function resultOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

interface Host {
  readonly child: ChildProcess;
  /** The call under way. */
  call: PromiseWithResolvers<CliResult> | undefined;
}

let host: Host | undefined;
let calls = 0;

function askHost(idle: Host, args: readonly string[], env: Environment): Promise<CliResult> {
  const call: CliCall = { id: (calls += 1), args, env };
  const answer = Promise.withResolvers<CliResult>();
  idle.call = answer;
  idle.child.send(call);
  return answer.promise;
}

function startHost(): Host {
  // Beside the programs of the build, whether this file runs from its source or from the build.
  const program = join(dirname(appProgram('cli')), '..', '..', 'test', 'support', 'cli.host.js');
  const child = fork(program, { execArgv: FLAGS, env: { PATH: process.env['PATH'] ?? '' } });
  const started: Host = { child, call: undefined };
  child.on('message', ({ code, stdout, stderr }: CliAnswer) => {
    const { call } = started;
    started.call = undefined;
    call?.resolve({ code, stdout, stderr });
  });
  child.once('exit', (code) => {
    started.call?.reject(new Error(`the process that plays the causeway command ended with ${code}`));
    host = undefined;
  });
  // It must not keep a test runner alive; it ends by itself when its channel closes.
  child.unref();
  host = started;
  return started;
}

if (typeof afterAll === 'function') {
  afterAll(() => {
    host?.child.disconnect();
  });
}
