import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endChild, runToEnd, untilLine } from './child.process.ts';

const node = (program: string): ChildProcess => spawn(process.execPath, ['-e', program]);
const UP = `console.log('ready to accept'); setInterval(() => undefined, 1000);`;

describe('runToEnd', () => {
  it('gives what the program said on both outputs', async () => {
    const output = await runToEnd(node(`console.log('out'); console.error('err')`), 'a program');
    expect(output).toContain('out\n');
    expect(output).toContain('err\n');
  });

  it('tells the exit code and the end of the output of one that fails', async () => {
    const program = `console.log('x'.repeat(50000)); console.error('the reason'); process.exitCode = 3`;
    const failure = runToEnd(node(program), 'a program').catch((error: unknown) => String(error));
    expect(await failure).toContain('a program ended with 3:');
    expect(await failure).toContain('the reason');
    expect((await failure).length).toBeLessThan(5000);
  });

  it('tells of a program that does not exist', async () => {
    await expect(runToEnd(spawn('/does/not/exist'), 'a program')).rejects.toThrow('a program cannot be run');
  });
});

describe('untilLine', () => {
  const options = { pattern: /ready to accept/, what: 'the server', timeoutMs: 60_000 };

  it('waits for the line, on either output, and leaves the program running', async () => {
    for (const program of [UP, UP.replace('console.log', 'console.error')]) {
      const child = node(program);
      await untilLine(child, options);
      expect(child.exitCode).toBeNull();
      await endChild(child, 'SIGTERM');
    }
  });

  it('finds a line that comes in pieces', async () => {
    const child = node(
      `process.stdout.write('ready to '); setTimeout(() => console.log('accept'), 20); setInterval(() => undefined, 1000);`,
    );
    await untilLine(child, options);
    expect(child.exitCode).toBeNull();
    await endChild(child, 'SIGKILL');
  });

  it('fails with the output when the program ends first', async () => {
    const child = node(`console.error('address in use'); process.exitCode = 1`);
    await expect(untilLine(child, options)).rejects.toThrow(/the server ended with 1:\naddress in use/);
  });

  it('fails when the program cannot be run', async () => {
    await expect(untilLine(spawn('/does/not/exist'), options)).rejects.toThrow(
      'the server spawn /does/not/exist ENOENT',
    );
  });

  it('ends a program that is not ready in time', async () => {
    const child = node('setInterval(() => undefined, 1000)');
    await expect(untilLine(child, { ...options, timeoutMs: 50 })).rejects.toThrow(
      'the server was not ready after 50 ms',
    );
    if (child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
  });
});

describe('endChild', () => {
  it('waits until the program has ended', async () => {
    const child = node(`process.on('SIGTERM', () => setTimeout(() => process.exit(5), 50)); ${UP}`);
    await untilLine(child, { pattern: /ready/, what: 'it', timeoutMs: 60_000 });
    await endChild(child, 'SIGTERM');
    expect(child.exitCode).toBe(5);
  });

  it('is content with one that has ended', async () => {
    const child = node('');
    await once(child, 'exit');
    await endChild(child, 'SIGTERM');
    expect(child.exitCode).toBe(0);
  });

  it('is content with one that could not be run', async () => {
    const child = spawn('/does/not/exist');
    await once(child, 'error');
    await endChild(child, 'SIGTERM');
    expect(child.pid).toBeUndefined();
  });
});
