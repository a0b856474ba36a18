import type { EmbeddedSetup } from './embedded.setup.ts';
import { startEmbeddedStack } from './embedded.stack.ts';

/**
 * Keeps an embedded stack for the process that started it. It lives in a process group of its own, so Ctrl-C reaches
 * only the starter, which stops its services first; and it watches its standard input, which closes when the starter
 * ends in whatever way, kill -9 included. So no server and no temporary folder outlives the starter.
 */
interface KeeperRequest {
  readonly postgres: boolean;
  readonly kafka: boolean;
  readonly cacheFolder: string;
  readonly setup?: EmbeddedSetup;
}

const request = JSON.parse(process.argv[2] ?? '{}') as KeeperRequest;
const tell = (message: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

try {
  let gone = false;
  const closed = new Promise<void>((resolve) => {
    process.stdin.on('end', resolve).on('close', resolve).on('error', resolve).resume();
  }).then(() => (gone = true));
  const stack = await startEmbeddedStack({ ...request, progress: (message) => tell({ progress: message }) });
  const { postgresUrl, kafkaBrokers, kafkaListeners } = stack;
  if (!gone) tell({ postgresUrl, kafkaBrokers, kafkaListeners });
  await closed;
  await stack.stop();
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
  // The starter still holds our standard input open, which alone would keep this process alive.
  process.stdout.write('', () => process.exit(1));
}
