import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';

const KEPT_OUTPUT = 4000;

/** Waits for a program that ends by itself. @throws Error with the end of its output when it fails. */
export async function runToEnd(child: ChildProcess, what: string): Promise<string> {
  const output = collect(child);
  const code = await exitCode(child, what);
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${output().slice(-KEPT_OUTPUT)}`);
  return output();
}

export interface LineOptions {
  readonly pattern: RegExp;
  readonly what: string;
  readonly timeoutMs: number;
}

/** Waits until a program that keeps running has printed a line like `pattern`; ends it when that does not happen. */
export async function untilLine(child: ChildProcess, options: LineOptions): Promise<void> {
  const output = collect(child);
  const settled = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`${options.what} ${why}:\n${output().slice(-KEPT_OUTPUT)}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${options.timeoutMs} ms`), options.timeoutMs);
    const onExit = (code: number | null): void => fail(`ended with ${code}`);
    const onError = (error: Error): void => fail(error.message);
    const onData = (): void => {
      if (options.pattern.test(output())) resolve();
    };
    child.on('exit', onExit).on('error', onError);
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    settled.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      child.off('exit', onExit).off('error', onError);
      child.stdout?.off('data', onData);
      child.stderr?.off('data', onData);
    });
  }).finally(() => settled.abort());
}

/** Asks a program to end and insists after ten seconds. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(insist);
}

function collect(child: ChildProcess): () => string {
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString()).slice(-4 * KEPT_OUTPUT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => kept;
}

function exitCode(child: ChildProcess, what: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${what} cannot be run: ${error.message}`, { cause: error })));
    child.once('close', resolve);
  });
}
