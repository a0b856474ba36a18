export { WakeBell } from './wake.bell.ts';
export { WorkLoop, type WorkLoopOptions } from './work.loop.ts';
