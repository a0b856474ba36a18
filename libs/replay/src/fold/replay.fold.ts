import type { JsonObject } from '#contracts';
import {
  commandsOf,
  configuredMappings,
  connectionOf,
  foldOne,
  placeSteps,
  stateKey,
  type Configured,
  type FoldStep,
  type TenantConnections,
} from '#folding';
import type { NewCommand } from '#ledger';
import { ownState, type Mapping, type ProjectedState, type StepResult, type WantedRecord } from '#mapping';

export interface ReplayOptions {
  readonly mapping: Mapping;
  /** By tenant, as the relay knows them; for a shadow, the one that stands in for them. */
  readonly connections: TenantConnections;
  /** States to begin with, by `stateKey`; a key that is absent begins with the mapping's initial state. */
  readonly base?: ReadonlyMap<string, JsonObject>;
}

/** What came of one step. */
export interface Replayed {
  readonly step: FoldStep;
  readonly result: StepResult;
  readonly commands: readonly NewCommand[];
}

export type LastStep = Pick<
  FoldStep,
  'id' | 'type' | 'tenantId' | 'key' | 'connectionId' | 'entityType' | 'occurredAt'
>;

/** What a replay left of one key. */
export interface ReplayedKey {
  readonly tenantId: string;
  readonly key: string;
  /** Whose state it is, where states are those of connections. */
  readonly connectionId?: string;
  readonly state: JsonObject | null;
  /** The records that the state wants; none without a state, or without a connection whose settings can be used. */
  readonly projection: readonly WantedRecord[];
  /** The last step that was folded; without its record and data, which would be held for every key. */
  readonly last: LastStep;
  readonly steps: number;
}

interface Held extends ProjectedState {
  last: LastStep;
  steps: number;
  state: ProjectedState['state'];
  projection: ProjectedState['projection'];
}

/**
 * Folds steps in memory, by the very function that the relay folds with, and stores nothing. Steps of one key come in their order; a step
 * whose id came before is dropped, as the inbox drops it. Holds the state of every key that it met: give it keys, not a whole topic, or let go
 * of it after each partition.
 */
export class ReplayFold {
  readonly #options: ReplayOptions;
  readonly #configured: Configured;
  readonly #keys = new Map<string, Held>();
  readonly #ids = new Set<string>();
  #repeated = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#configured = configuredMappings(options.mapping);
  }

  /** Steps whose id came before. */
  get repeated(): number {
    return this.#repeated;
  }

  /** What comes of a step: once, or for each connection that has a state of its own. */
  fold(step: FoldStep): readonly Replayed[] {
    const { mapping, connections } = this.#options;
    if (mapping.scope === 'tenant') return this.#foldPlaced(step);
    return placeSteps(mapping, { steps: [step], connections }).flatMap((placed) => this.#foldPlaced(placed));
  }

  /** What there is of each key by now. */
  *keys(): Generator<ReplayedKey> {
    for (const { state, projection, last, steps } of this.#keys.values()) {
      const { tenantId, key, connectionId } = last;
      const owner = connectionId === undefined ? {} : { connectionId };
      yield { tenantId, key, ...owner, state, projection: projection ?? this.#project(last, state), last, steps };
    }
  }

  #foldPlaced(step: FoldStep): Replayed[] {
    const { mapping, connections, base } = this.#options;
    const id = step.connectionId === undefined ? step.id : `${step.connectionId}/${step.id}`;
    if (this.#ids.has(id)) {
      this.#repeated += 1;
      return [];
    }
    this.#ids.add(id);
    const name = stateKey(step);
    const held = this.#keys.get(name) ?? {
      state: base?.get(name) ?? null,
      projection: null,
      last: lastOf(step),
      steps: 0,
    };
    if (held.steps === 0) this.#keys.set(name, held);
    const connection = connectionOf(connections, step);
    const result = foldOne({ configured: this.#configured, step, before: held, connection });
    if (result.verdict === 'applied' && result.state !== null) {
      held.state = result.state;
      held.projection = result.projection ?? null;
    }
    held.last = lastOf(step);
    held.steps += 1;
    const commands = connection === undefined ? [] : commandsOf(mapping, { step, result, connection });
    return [{ step, result, commands }];
  }

  #project(step: LastStep, state: JsonObject | null): readonly WantedRecord[] {
    const connection = connectionOf(this.#options.connections, step);
    const own = connection === undefined ? null : this.#configured(connection);
    return own === null || state === null ? [] : own.project(ownState(state), own.settings);
  }
}

function lastOf({ id, type, tenantId, key, connectionId, entityType, occurredAt }: FoldStep): LastStep {
  const owner = connectionId === undefined ? {} : { connectionId };
  return { id, type, tenantId, key, ...owner, entityType, occurredAt };
}
