import { startRelay } from './src/relay.start.ts';

try {
  await startRelay();
} catch (error) {
  // One line that says what to correct, without the stack of whoever noticed.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
