export { admit, type Arrival } from './admission.call.ts';
export { consume, type Consumed, type Consumption } from './consumption.call.ts';
export { InboxModule } from './inbox.module.ts';
export { Inbox, type InboxOptions } from './inbox.ts';
export type { BatchHandler, BatchReport, InboxRecord, SetAside } from './inbox.types.ts';
export { Poison, type Fault } from './poison.error.ts';
export { forget } from './retention.call.ts';
export { askRedrive, listSetAside, skipSetAside, type WaitingEvent } from './set-aside.list.ts';
