import { loadConfig } from '#config';
import { startPublisher } from './src/publisher.app.ts';
import { publisherProcessOptions } from './src/publisher.config.ts';

try {
  const app = await startPublisher(loadConfig(publisherProcessOptions));
  app.stopOnSignals();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
