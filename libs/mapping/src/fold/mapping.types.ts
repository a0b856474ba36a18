import type { CausewayEvent, Destination, JsonObject, Lane, RecordName } from '#contracts';
import type { z } from 'zod';
import type { Capture } from '../capture/capture.types.ts';
import type { SetUp, SetUpPipeline } from '../setup/setup.types.ts';
import type { Kind } from '../values/read.value.ts';
import type { WantedEffect } from './effect.types.ts';
import type { Ignored, SetAside } from './said.ts';
import type { Returns } from '../returns/return.types.ts';
import type { Timer } from './timer.types.ts';
import type { ProblemCode } from './verdict.types.ts';
import type { WantedRecord } from './wanted.types.ts';

/** Versions of one event type; an old version ends in `.transform()` to the shape of the newest (an upcaster). */
export type VersionSchemas = Readonly<Record<number, z.ZodType<object>>>;
export type EventSchemas = Readonly<Record<string, VersionSchemas>>;
export type DataOf<Versions extends VersionSchemas> = z.output<Versions[keyof Versions]>;

/** The event as a fold sees it: data as its schema gave it, `time` as a canonical instant (UTC). Frozen. */
export type FoldEvent<Data> = Omit<CausewayEvent, 'data' | 'traceparent'> & { readonly data: Readonly<Data> };

/** What a fold can say beside the new state. `Settings`: the connection's, constants of the fold. */
export interface FoldTools<Settings = unknown> {
  readonly settings: Settings;
  /** Whose fold this is, where each connection has its own; null where one state serves the tenant. */
  readonly connectionId: string | null;
  /** The CRM holds these fields already as they are wanted after this event: they are not sent. Null: all fields of the record. */
  held(record: RecordName, fields: readonly string[] | null): void;
  /** The class of work of this event's commands, where it is not live: a roll-up or a backfill waits for what people wait for. */
  lane(lane: Lane): void;
  /** Something that shall happen once; the fold remembers in its state what it asked for. */
  effect(effect: WantedEffect): void;
  /** Notes a problem of this event; the rest of it is used. */
  problem(code: ProblemCode, field: string): void;
  /** The event is valid and changes nothing: a repetition, too old, too late. */
  ignored(reason: string): Ignored;
  /** The event cannot be used at all. */
  setAside(code: ProblemCode, field: string): SetAside;
}

/** `state` and `event` are frozen. Gives the new state (JSON), or says why there is none. No I/O, clock or randomness. */
export type Fold<State, Data, Settings = unknown> = (
  state: State,
  event: FoldEvent<Data>,
  tools: FoldTools<Settings>,
) => State | Ignored | SetAside;

/** Whose state a key has. */
export type Scope = 'tenant' | 'connection';

/** What a pack author writes; see libs/packs/README.md. */
export interface MappingDefinition<State extends object, Events extends EventSchemas, Settings = unknown> {
  readonly name: string;
  readonly product: string;
  /** Counts up when the fold or the projection says something else for events that were read already. */
  readonly version: number;
  readonly destination: Destination;
  /**
   * Whose state a key has: the tenant's, which serves its one connection to the destination (default), or each connection's own, where
   * one tenant has several of them with a past and settings of their own. An event of a tenant without a connection is then consumed and leaves nothing.
   */
  readonly scope?: Scope;
  /** Aggregate types that are read. Default: what stands before the first dot of the event types. */
  readonly topics?: readonly string[];
  /** The rule for an aggregate id. Default: an id of 1 to 64 units. */
  readonly aggregateId?: Kind<string>;
  readonly events: Events;
  readonly initial: State;
  readonly fold: { readonly [Type in keyof Events]: Fold<State, DataOf<Events[Type]>, Settings> };
  /** Settings of the connection that the mapping reads, each with its default; other keys are somebody else's. */
  readonly settings?: z.ZodType<Settings>;
  /** Why a connection with these settings cannot be saved, in words that name the setting; null when it can. One that is stored runs anyway. */
  readonly refuses?: (settings: Settings) => string | null;
  /** The records as they should be, given this state. */
  readonly project: (state: State, settings: Settings) => readonly WantedRecord[];
  /** What becomes an event by itself when its time comes, given this state. */
  readonly timers?: (state: State, settings: Settings) => readonly Timer[];
  readonly setup: SetUp;
  /** Pipelines of deals with their stages, made like the set-up. */
  readonly pipelines?: readonly SetUpPipeline[];
  /** OAuth scopes that the connection needs. */
  readonly scopes: readonly string[];
  readonly capture?: Capture;
  /** What people do in the CRM, and what becomes of it. */
  readonly returns?: Returns<State, Settings>;
}

/** A mapping ready to run. `State` is what its fold keeps, as JSON. */
export interface Mapping<State extends object = JsonObject> {
  readonly name: string;
  readonly product: string;
  readonly version: number;
  readonly destination: Destination;
  readonly scope: Scope;
  /** The connection whose settings these are; null before they are given, and for a tenant's state. */
  readonly connectionId: string | null;
  /** Aggregate types that are read: the topics are `<product>.<aggregate type>`. */
  readonly topics: readonly string[];
  readonly aggregateId: Kind<string>;
  readonly events: EventSchemas;
  readonly initial: State;
  readonly fold: Readonly<Record<string, Fold<State, object>>>;
  readonly settingsSchema: z.ZodType;
  readonly refuses: (settings: unknown) => string | null;
  /** Those that fold, projection and timers see. */
  readonly settings: unknown;
  readonly project: (state: State, settings: unknown) => readonly WantedRecord[];
  readonly timers: (state: State, settings: unknown) => readonly Timer[];
  /** False for a mapping without a schedule. */
  readonly hasTimers: boolean;
  readonly setup: SetUp;
  readonly pipelines: readonly SetUpPipeline[];
  readonly scopes: readonly string[];
  readonly capture: Capture | null;
  readonly returns: Returns<JsonObject, unknown> | null;
  /** Operations of each module that channels are wanted for. */
  readonly watched: Readonly<Record<string, readonly ('create' | 'edit' | 'delete')[]>>;
  /** Fields of each module that are read when a record has changed. */
  readonly watchedFields: Readonly<Record<string, readonly string[]>>;
}
