export { endChild, runToEnd, untilLine } from './child.process.ts';
export type { EmbeddedSetup, KafkaSetup, PostgresSetup } from './embedded.setup.ts';
export type { EmbeddedStack } from './embedded.stack.ts';
export { startKeptStack } from './kept.stack.ts';
export { freePort } from './free.port.ts';
export type { Progress, Stack } from './stack.ts';
export { startStack } from './start.stack.ts';
