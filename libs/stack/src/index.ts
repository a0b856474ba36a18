export { endChild, runToEnd, untilLine } from './child.process.ts';
export { freePort } from './free.port.ts';
export type { Progress, Restart, Stack } from './stack.ts';
export { startStack } from './start.stack.ts';
