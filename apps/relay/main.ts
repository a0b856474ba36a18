import { startRelay } from './src/relay.start.ts';

await startRelay();
