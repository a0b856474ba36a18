import { linkTo, recordKeyOf, type CausewayEvent, type Command, type Json, type JsonObject } from '#contracts';
import { matches } from '../cases/case.match.ts';
import type { CaseStep } from '../cases/step.schema.ts';
import type { Mapping } from '../fold/mapping.types.ts';
import { step } from '../fold/step.runner.ts';
import { ownState } from '../returns/record.memory.ts';
import { observe } from '../returns/observation.fold.ts';
import type { OutgoingEvent } from '../fold/outgoing.types.ts';
import type { Conflict } from '../returns/conflict.types.ts';
import type { Observation, ObserveResult } from '../returns/observation.types.ts';
import type { StepResult } from '../fold/verdict.types.ts';
import { applyCommand, type MemoryCrm, type MemoryRecord } from './memory.crm.ts';
import { underPurityGuard } from './purity.guard.ts';

/** A person's step of a case, as this player knows it. */
export type PeopleStep = Extract<CaseStep, { crm_edit: object } | { crm_delete: object } | { crm_notify: object }>;

/** An event or an observation that was folded. */
export type PlayedInput = { readonly event: CausewayEvent } | { readonly observation: Observation };

/**
 * A product, a CRM in memory and people who work in it: events are folded, commands applied in order and at once, and what a person did
 * is observed before anything else happens. Commands of a record that a person deleted wait, as they would be parked.
 */
export class CrmPlayer {
  readonly #mapping: Mapping;
  readonly #seen = new Set<string>();
  readonly #states = new Map<string, JsonObject>();
  /** Record key -> key of the state that it came from. */
  readonly #owners = new Map<string, string>();
  /** Records that people deleted, as they were, and what waits for them. */
  readonly #bin = new Map<string, MemoryRecord>();
  readonly #results: StepResult[] = [];
  readonly #observed: ObserveResult[] = [];
  readonly #inputs: PlayedInput[] = [];
  #records: MemoryCrm = new Map();
  #waiting: Command[] = [];
  #number = 0;

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  get results(): readonly StepResult[] {
    return this.#results;
  }

  get states(): ReadonlyMap<string, JsonObject> {
    return this.#states;
  }

  get records(): MemoryCrm {
    return this.#records;
  }

  /** What was told to the product. */
  get told(): readonly OutgoingEvent[] {
    return this.#observed.flatMap(({ events }) => events);
  }

  get conflicts(): readonly Conflict[] {
    return this.#observed.flatMap(({ conflicts }) => conflicts);
  }

  /** All that was folded, in order: what a replay of the keys would read. */
  get inputs(): readonly PlayedInput[] {
    return this.#inputs;
  }

  get observed(): readonly ObserveResult[] {
    return this.#observed;
  }

  /** One event of the product; an id that came before is dropped. */
  take(event: CausewayEvent): void {
    if (this.#seen.has(event.id)) return;
    this.#seen.add(event.id);
    this.#inputs.push({ event });
    const result = underPurityGuard(() => step(this.#mapping, this.#states.get(event.key) ?? null, event));
    this.#results.push(result);
    if (result.state !== null) this.#states.set(event.key, result.state);
    for (const command of result.commands) this.#owners.set(recordKeyOf(command), event.key);
    this.#write(result.commands);
  }

  /** What a person does, and what is seen of it. @throws Error unless exactly one record matches. */
  act(done: PeopleStep): void {
    if ('crm_edit' in done) return this.edit(this.#keyOf(done.crm_edit), done.crm_edit.fields);
    if ('crm_delete' in done) return this.delete(this.#keyOf(done.crm_delete));
    const key = this.#keyOf(done.crm_notify);
    for (let time = 0; time < done.crm_notify.times; time += 1) this.look(key);
  }

  edit(key: string, fields: JsonObject): void {
    const record = this.#recordOf(key);
    const kept = Object.entries({ ...record.fields, ...fields }).filter(([, value]) => value !== null);
    this.#records = new Map(this.#records).set(key, { ...record, fields: Object.fromEntries(kept) });
    this.look(key);
  }

  delete(key: string): void {
    this.#bin.set(key, this.#recordOf(key));
    this.#records = new Map([...this.#records].filter(([other]) => other !== key));
    this.look(key);
  }

  /** Out of the recycle bin, with what waited for it. */
  restore(key: string): void {
    const record = this.#bin.get(key);
    if (record === undefined) throw new Error(`${key} is not in the recycle bin`);
    this.#bin.delete(key);
    this.#records = new Map(this.#records).set(key, record);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#write(waiting);
    this.look(key);
  }

  /** The record is read and judged, as after a notification or in a sweep. */
  look(key: string): void {
    const owner = this.#owners.get(key);
    const state = owner === undefined ? undefined : this.#states.get(owner);
    if (owner === undefined || state === undefined) return;
    const wanted = this.#mapping
      .project(ownState(state), this.#mapping.settings)
      .find((record) => recordKeyOf(record) === key);
    if (wanted === undefined) return;
    const held = this.#records.get(key);
    const { module, identity } = wanted;
    const values = held === undefined ? {} : this.#asRead(held, [...Object.keys(wanted.fields), identity.field]);
    const observation: Observation = {
      id: `observation-${(this.#number += 1)}`,
      kind: held === undefined ? 'deleted' : 'edited',
      module,
      identity,
      recordId: key,
      values,
      changedAt: '2026-03-09T08:00:00Z',
      changedBy: { id: '1', name: 'A person' },
    };
    this.#inputs.push({ observation });
    const result = underPurityGuard(() => observe(this.#mapping, state, observation));
    this.#observed.push(result);
    if (result.state !== null) this.#states.set(owner, result.state);
    this.#write(result.commands);
  }

  #write(commands: readonly Command[]): void {
    for (const command of commands) {
      if (this.#bin.has(recordKeyOf(command))) this.#waiting.push(command);
      else this.#records = applyCommand(this.#records, command);
    }
  }

  /** All that we write and all that the pack judges; lookups named as we name them. */
  #asRead({ module, fields }: MemoryRecord, ours: readonly string[]): JsonObject {
    const judged = Object.keys(this.#mapping.returns?.modules[module]?.judged ?? {});
    return Object.fromEntries([...ours, ...judged].map((name) => [name, named(fields[name] ?? null)]));
  }

  #recordOf(key: string): MemoryRecord {
    const record = this.#records.get(key);
    if (record === undefined) throw new Error(`there is no record ${key}`);
    return record;
  }

  #keyOf(place: { module?: string; object?: string; match: JsonObject }): string {
    const found = [...this.#records].filter(
      ([, { module, fields }]) => module === (place.module ?? place.object) && matches(place.match, fields, () => null),
    );
    const [[key] = ['']] = found;
    if (found.length !== 1) throw new Error(`${found.length} records match ${JSON.stringify(place)}`);
    return key;
  }
}

/** In memory a record's id is its record key. */
function named(value: Json): Json {
  if (Array.isArray(value)) return value.map((part) => named(part));
  if (typeof value !== 'object' || value === null) return value;
  const { id } = value;
  if (typeof id === 'string' && id.includes('/')) {
    const [module = '', ...rest] = id.split('/');
    return linkTo({ module, identity: { field: '', value: rest.join('/') } });
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, named(part)]));
}
