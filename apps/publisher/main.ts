import { startPublisher } from './src/publisher.app.ts';
import { loadPublisher } from './src/publisher.config.ts';
import { boundYoungHeap } from './src/young.heap.ts';

try {
  boundYoungHeap();
  const app = await startPublisher(loadPublisher());
  app.stopOnSignals();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
