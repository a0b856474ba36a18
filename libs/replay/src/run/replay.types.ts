import type { EventSource } from '../source/event.source.ts';
import type { Selection } from '../selection.ts';

/** Where the commands of a replay go: to another connection, or to the one that they are of. */
export type ReplayTarget = 'shadow' | 'live';

/** A replay that writes, as it is stored. */
export interface Replay {
  readonly id: string;
  readonly createdAt: string;
  readonly by: string;
  readonly reason: string;
  /** `stopped`: it is open, and nobody works on it. */
  readonly state: 'running' | 'stopped' | 'done' | 'cancelled';
  readonly target: ReplayTarget;
  readonly source: 'kafka' | 'outbox';
  readonly mapping: string;
  readonly mappingVersion: number;
  /** Name or folder of the pack. */
  readonly pack: string;
  /** Of a shadow. */
  readonly connectionId: string | null;
  readonly selection: Selection;
  /** Events a second at most. */
  readonly rate: number | null;
  readonly keys: number;
  readonly keysDone: number;
  readonly events: number;
  readonly commands: number;
  /** Keys that were left as they are, by reason. */
  readonly leftAlone: Readonly<Record<string, number>>;
  readonly finishedAt: string | null;
}

/** One key of a replay. */
export interface ReplayKey {
  readonly tenantId: string;
  readonly key: string;
  /** Whose state it is, where states are those of connections; else `''`. */
  readonly connectionId: string;
}

/** What came of some keys. */
export interface ChunkResult {
  readonly events: number;
  readonly commands: number;
  readonly leftAlone: Readonly<Record<string, number>>;
}

export interface NewReplay {
  readonly by: string;
  readonly reason: string;
  readonly target: ReplayTarget;
  readonly source: 'kafka' | 'outbox';
  readonly pack: string;
  readonly connectionId: string | null;
  readonly rate: number | null;
}

/** A source, and what stands before the names of topics. */
export interface ReplayWorld {
  readonly source: EventSource;
  readonly topicPrefix: string;
}
