import type { ChannelChange } from '../notifications/channel.store.ts';
import type { OAuthChange } from '../oauth/oauth.model.ts';
import type { PageChange } from '../org/page.tokens.ts';
import type { ClockChange } from '../org/sim.clock.ts';
import type { UserChange } from '../org/user.store.ts';
import type { RecordChange } from '../records/module.store.ts';
import type { SchemaChange } from '../schema/schema.store.ts';

/** How far ids and tokens have been given out: none of them may ever be given again. */
interface CounterChange {
  readonly kind: 'counters';
  readonly ids: number;
  readonly tokens: number;
}

/** Stands first in a file that was written as a whole. */
interface HeadChange {
  readonly kind: 'head';
  readonly format: number;
  /** The refresh token of the settings at that time: whether it still holds is in the file, another one is new. */
  readonly granted: string;
}

/** Everything was put back to the start. Never stands in a file: the file is written anew instead. */
interface ResetChange {
  readonly kind: 'reset';
}

/** One change of what outlives the process. Each store declares its own, emits them, and applies them when they are replayed. */
export type StateChange =
  | ChannelChange
  | ClockChange
  | CounterChange
  | SchemaChange
  | HeadChange
  | OAuthChange
  | PageChange
  | RecordChange
  | ResetChange
  | UserChange;
