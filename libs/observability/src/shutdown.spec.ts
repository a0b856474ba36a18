import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { capturedLogger, silentLogger, until } from '#testing';
import { Shutdown } from './shutdown.ts';

const shutdownWith = (logger = silentLogger): Shutdown => new Shutdown({ logger, timeoutMs: 5000 });

describe('Shutdown', () => {
  it('stops parts in the reverse order of their start, one after another', async () => {
    const said: string[] = [];
    const shutdown = shutdownWith();
    for (const name of ['postgres', 'http', 'keeper']) {
      shutdown.add(name, async () => {
        said.push(`${name} stops`);
        await Promise.resolve();
        said.push(`${name} stopped`);
      });
    }
    await shutdown.run();
    const order = ['keeper', 'http', 'postgres'];
    expect(said).toEqual(order.flatMap((name) => [`${name} stops`, `${name} stopped`]));
  });

  it('stops once, however often it is asked to', async () => {
    let stops = 0;
    const shutdown = shutdownWith();
    shutdown.add('http', () => void (stops += 1));
    await Promise.all([shutdown.run(), shutdown.run()]);
    await shutdown.run();
    expect(stops).toBe(1);
  });

  it('stops the others when one part fails, tells which, and fails in the end', async () => {
    const { logger, lines } = capturedLogger();
    const stopped: string[] = [];
    const shutdown = shutdownWith(logger);
    shutdown.add('postgres', () => void stopped.push('postgres'));
    shutdown.add('http', () => Promise.reject(new Error('stuck')));
    shutdown.add('keeper', () => void stopped.push('keeper'));
    await expect(shutdown.run()).rejects.toThrow('not everything stopped cleanly');
    expect(stopped).toEqual(['keeper', 'postgres']);
    expect(lines).toEqual([expect.objectContaining({ level: 'error', part: 'http', reason: 'stuck' })]);
  });
});

/** A process with a shutdown, with whatever is said in `setUp`; it says `up` when it is ready. */
function start(setUp: string): { child: ChildProcess; output: () => string } {
  const program = `
    import { Shutdown, createLogger } from '#observability';
    const logger = createLogger({ service: 'spec', level: 'silent' });
    const shutdown = new Shutdown({ logger, timeoutMs: 300 });
    shutdown.onSignals();
    setInterval(() => undefined, 1000);
    ${setUp}
    console.log('up');`;
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module-typescript'];
  const child = spawn(process.execPath, [...flags, '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

describe('a process', () => {
  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('stops on %s and exits with 0', async (signal) => {
    const { child, output } = start(`shutdown.add('http', () => console.log('stopped'));`);
    await until(() => output().includes('up'));
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output()).toContain('stopped');
  });

  it('exits with 1 when a part does not stop cleanly', async () => {
    const { child, output } = start(`shutdown.add('http', () => Promise.reject(new Error('stuck')));`);
    await until(() => output().includes('up'));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  it('exits with 1 when its time is over', async () => {
    const { child, output } = start(`shutdown.add('http', () => new Promise(() => undefined));`);
    await until(() => output().includes('up'));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  it('stops when its parent is gone, if asked to', async () => {
    const { child, output } = start(`shutdown.onParentGone(); shutdown.add('http', () => console.log('stopped'));`);
    await until(() => output().includes('up'));
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output()).toContain('stopped');
  });
});
