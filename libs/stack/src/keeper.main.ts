import { createInterface } from 'node:readline';
import type { EmbeddedSetup } from './embedded.setup.ts';
import { startEmbeddedStack } from './embedded.stack.ts';
import type { RestartKind } from './stack.ts';

/**
 * Keeps an embedded stack for the process that started it. It lives in a process group of its own, so Ctrl-C reaches
 * only the starter, which stops its services first; and it watches its standard input, which closes when the starter
 * ends in whatever way, kill -9 included. So no server and no temporary folder outlives the starter. A line on its
 * standard input asks for a restart.
 */
interface KeeperRequest {
  readonly postgres: boolean;
  readonly kafka: boolean;
  readonly cacheFolder: string;
  readonly setup?: EmbeddedSetup;
}

/** One at a time: the next is asked for after the answer. */
export interface RestartRequest {
  readonly restart: 'postgres' | 'kafka';
  readonly kind: RestartKind;
}

const request = JSON.parse(process.argv[2] ?? '{}') as KeeperRequest;
const tell = (message: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  let gone = false;
  let working: Promise<void> = Promise.resolve();
  const input = createInterface({ input: process.stdin });
  const closed = new Promise<void>((resolve) => {
    input.on('close', resolve);
    process.stdin.on('error', resolve);
  }).then(() => (gone = true));
  const stack = await startEmbeddedStack({ ...request, progress: (message) => tell({ progress: message }) });
  input.on('line', (line) => {
    const { restart, kind } = JSON.parse(line) as RestartRequest;
    working = Promise.resolve(stack.restart[restart]?.(kind)).then(
      () => tell({ restarted: restart }),
      (error: unknown) => tell({ error: messageOf(error) }),
    );
  });
  const { postgresUrl, kafkaBrokers, kafkaListeners } = stack;
  if (!gone) tell({ postgresUrl, kafkaBrokers, kafkaListeners });
  await closed;
  await working;
  await stack.stop();
} catch (error) {
  tell({ error: messageOf(error) });
  // The starter still holds our standard input open, which alone would keep this process alive.
  process.stdout.write('', () => process.exit(1));
}
