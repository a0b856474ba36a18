import { startWebhooks } from './src/webhooks.start.ts';

try {
  await startWebhooks();
} catch (error) {
  // One line that says what to correct, without the stack of whoever noticed.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
