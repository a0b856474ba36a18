/**
 * A process that plays the `causeway` command over and over, for specs that call it dozens of times: what starts a process
 * of the command is the same each time, and takes longer than most verbs. Each call gets a fresh application of the same
 * code as apps/cli/main.ts, with the arguments and the environment that it is given and no others.
 */
import { runCli } from '../../apps/cli/src/cli.start.ts';

/** What a call is given; its answer carries the same id. */
export interface CliCall {
  readonly id: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface CliAnswer {
  readonly id: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Thrown where the command would end its process: nothing after it may run. */
class Exited extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** What is a process's own, to be put back after each call. */
const own = {
  exit: process.exit.bind(process),
  out: process.stdout.write.bind(process.stdout),
  err: process.stderr.write.bind(process.stderr),
  path: process.env['PATH'] ?? '',
};
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

process.on('message', (call: CliCall) => {
  void play(call).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => own.exit(0));

async function play({ id, args, env }: CliCall): Promise<CliAnswer> {
  const written = { stdout: '', stderr: '' };
  let exited: number | undefined;
  // What runs on after the end that a real process would have come to is not heard.
  const write = (name: 'stdout' | 'stderr') => (text: string) => {
    if (exited === undefined) written[name] += text;
  };
  process.argv = [process.argv[0] ?? '', 'causeway', ...args];
  replaceEnvironment({ PATH: own.path, ...env });
  process.stdout.write = collector(write('stdout'));
  process.stderr.write = collector(write('stderr'));
  process.exitCode = undefined;
  process.exit = (code) => {
    exited ??= Number(code ?? process.exitCode ?? 0);
    throw new Exited(exited);
  };
  try {
    await runCli();
  } catch (error) {
    if (!(error instanceof Exited)) throw error;
  } finally {
    process.exit = own.exit;
    process.stdout.write = own.out;
    process.stderr.write = own.err;
    for (const signal of signals) process.removeAllListeners(signal);
  }
  const code = exited ?? ownCode();
  process.exitCode = undefined;
  return { id, code, ...written };
}

/** What a verb set as the code of its process. */
function ownCode(): number {
  return Number(process.exitCode ?? 0);
}

function collector(write: (text: string) => void): typeof process.stdout.write {
  return (chunk: string | Uint8Array, ...rest: unknown[]) => {
    write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = rest.find((given) => typeof given === 'function') as (() => void) | undefined;
    if (done !== undefined) queueMicrotask(done);
    return true;
  };
}

function replaceEnvironment(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
}
