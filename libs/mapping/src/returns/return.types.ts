import type { Json, JsonObject, RecordName } from '#contracts';
import type { z } from 'zod';

/** What a person made of one field. `before` is what we know of it: as the product has it, or as it was seen last. */
export interface FieldEdit {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/** An event that a pack names; the engine adds the common payload (packs/README.md section 6). */
export interface PackEvent {
  readonly type: string;
  readonly data: JsonObject;
}

/**
 * What a pack says of an edit of a shared or watched field. Accepted: the new state has the value, so that nothing is written.
 * Refused: the value is written back, as often as the limit allows.
 */
export type Answer<State> =
  | {
      readonly is: 'accepted';
      readonly state: State;
      readonly event?: PackEvent;
      /** The value was taken without being understood: operators see it in a list. */
      readonly unrecognised?: true;
    }
  | { readonly is: 'refused'; readonly event: (restored: boolean) => PackEvent };

/** Says what an edit means. Pure. `name` is the record's. */
export type Judge<State, Settings> = (
  state: State,
  edit: FieldEdit,
  about: { readonly name: RecordName; readonly settings: Settings },
) => Answer<State>;

/** What comes back from one module. */
export interface ReturnModule<State, Settings> {
  /** The field that names a record as ours. */
  readonly identity: string;
  /** Fields that are read: the identity, all that the projection writes and all that is judged. */
  readonly reads: readonly string[];
  /** Those of them that are lists of rows: they come with a read of the single record only. */
  readonly subforms?: readonly string[];
  /** Whom an event of the record is about, and the ids that stand in its payload; null for a record that the state does not know. */
  readonly about: (state: State, name: RecordName) => { readonly subject: string; readonly ids: JsonObject } | null;
  /**
   * Fields that the product and the CRM share, or that belong to the CRM and mean something: what the pack decides about an edit. All
   * other fields of the projection are the product's: an edit is recorded and undone. Fields that stand in neither are not looked at.
   */
  readonly judged?: Readonly<Record<string, Judge<State, Settings>>>;
  /** What is told of all edits that were accepted together, beside the events of each. `state` is the new one. */
  readonly changed?: (
    state: State,
    edits: readonly FieldEdit[],
    about: { readonly name: RecordName; readonly settings: Settings },
  ) => readonly PackEvent[];
  /** Event types that edits of judged fields give; without it any that the pack names. */
  readonly gives?: readonly string[];
  /** Event types that are told; one that is left out is not. */
  readonly tells: {
    readonly conflict?: string;
    readonly deleted?: string;
    readonly restored?: string;
    readonly converted?: string;
  };
}

/** The way back of a mapping. */
export interface Returns<State, Settings> {
  /** By module; records of other modules are not looked at. */
  readonly modules: Readonly<Record<string, ReturnModule<State, Settings>>>;
  /** How often an edit of a field is undone before the CRM's value is left standing. */
  readonly restoreLimit: (settings: Settings) => number;
  /** Each event type that is told, with the schema of its whole payload. */
  readonly events: Readonly<Record<string, z.ZodObject>>;
}
