import { startWebhooks } from './src/webhooks.start.ts';

await startWebhooks();
