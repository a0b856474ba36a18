export { endChild, runToEnd, untilLine } from './child.process.ts';
export { freePort } from './free.port.ts';
export { kafkaJars } from './kafka.jars.ts';
export { mavenJars } from './maven.jars.ts';
export { reachableBinaries } from './postgres.embedded.ts';
export type { Progress, Restart, Stack } from './stack.ts';
export { startStack } from './start.stack.ts';
