export { endChild, runToEnd, untilLine } from './child.process.ts';
export { freePort } from './free.port.ts';
export { mavenJars } from './maven.jars.ts';
export type { Progress, Stack } from './stack.ts';
export { startStack } from './start.stack.ts';
