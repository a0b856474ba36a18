import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startStack } from '#stack';

/**
 * Runs one command with Postgres and Kafka beside it: their addresses stand in its environment, and they are gone when
 * it ends. Usage: node --conditions=source scripts/with-stack.ts <command> [arguments]
 */
const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('usage: with-stack.ts <command> [arguments]');
const stack = await startStack({ progress: (message) => process.stderr.write(`${message}\n`) });
// Ctrl-C reaches the command as well; this process stays until it has ended, to take the servers down after it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
try {
  const env = {
    ...process.env,
    CAUSEWAY_POSTGRES_URL: stack.postgresUrl,
    CAUSEWAY_KAFKA_BROKERS: stack.kafkaBrokers.join(','),
  };
  const child = spawn(command, args, { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await stack.stop();
}
