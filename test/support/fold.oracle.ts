import { recordKeyOf, type CausewayEvent, type Command, type Json, type JsonObject } from '#contracts';
import { applyCommand, step, underPurityGuard, type Mapping, type MemoryCrm } from '#mapping';

/** A record as it should be at the end. Lookups hold record keys. */
export interface ExpectedRecord {
  /** `<module>/<identity value>`. */
  readonly key: string;
  readonly module: string;
  readonly identity: { readonly field: string; readonly value: Json };
  /** Every field that a command ever wrote; null where it is empty at the end. */
  readonly fields: JsonObject;
  /** The values that each field had, in the order of the fold. */
  readonly history: ReadonlyMap<string, readonly Json[]>;
}

export interface ExpectedEffect {
  readonly key: string;
  readonly module: 'Notes' | 'Tasks';
  /** Key of the record that it stands under at the end. */
  readonly parent: string;
  readonly fields: JsonObject;
}

export interface ExpectedConversion {
  readonly userId: string;
  readonly lead: ExpectedRecord['identity'];
  readonly company: Json;
}

/** The CRM as the fold says it should be. */
export interface ExpectedCrm {
  readonly records: readonly ExpectedRecord[];
  /** In the order of the fold. */
  readonly effects: readonly ExpectedEffect[];
  readonly conversions: readonly ExpectedConversion[];
}

/** Modules whose records carry an identity of ours. */
const OWN_MODULES = new Set(['Leads', 'Contacts', 'Deals']);

/** Folds the deliveries of one product with the pack's mapping alone: nothing in between that can fail, repetitions dropped by id. */
export function expectedCrm(mapping: Mapping, deliveries: readonly CausewayEvent[]): ExpectedCrm {
  const commands = commandsOf(mapping, deliveries);
  const histories = new Map<string, Map<string, Json[]>>();
  const identities = new Map<string, ExpectedRecord['identity']>();
  const written = new Map<string, Set<string>>();
  const conversions: ExpectedConversion[] = [];
  let crm: MemoryCrm = new Map();
  for (const command of commands) {
    const key = recordKeyOf(command);
    identities.set(key, command.identity);
    for (const made of command.makes ?? []) identities.set(recordKeyOf(made), made.identity);
    if (command.operation === 'write') namesOf(written, key).push(...Object.keys(command.fields));
    if (command.operation === 'convert') {
      const company = crm.get(key)?.fields['Company'] ?? null;
      conversions.push({ userId: String(command.identity.value), lead: command.identity, company });
    }
    crm = applyCommand(crm, command);
    for (const [at, { module, fields }] of crm) if (OWN_MODULES.has(module)) note(histories, at, fields);
  }
  const records = [...crm].flatMap(([key, { module, fields }]): ExpectedRecord[] => {
    const identity = identities.get(key);
    if (!OWN_MODULES.has(module) || identity === undefined) return [];
    const names = [...new Set([...(written.get(key) ?? []), identity.field])];
    const all = Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
    return [{ key, module, identity, fields: all, history: histories.get(key) ?? new Map<string, Json[]>() }];
  });
  return { records, effects: effectsOf(commands, crm), conversions };
}

function commandsOf(mapping: Mapping, deliveries: readonly CausewayEvent[]): Command[] {
  const seen = new Set<string>();
  const states = new Map<string, JsonObject>();
  return deliveries.flatMap((event) => {
    if (seen.has(event.id)) return [];
    seen.add(event.id);
    const { state, commands } = underPurityGuard(() => step(mapping, states.get(event.key) ?? null, event));
    if (state !== null) states.set(event.key, state);
    return commands;
  });
}

function namesOf(written: Map<string, Set<string>>, key: string): { push: (...names: string[]) => void } {
  const names = written.get(key) ?? new Set<string>();
  written.set(key, names);
  return { push: (...more) => more.forEach((name) => names.add(name)) };
}

/** Adds what differs from the last value of each field. */
function note(histories: Map<string, Map<string, Json[]>>, key: string, fields: JsonObject): void {
  const history = histories.get(key) ?? new Map<string, Json[]>();
  histories.set(key, history);
  for (const name of new Set([...history.keys(), ...Object.keys(fields)])) {
    const values = history.get(name) ?? [];
    const value = fields[name] ?? null;
    if (values.length === 0 || JSON.stringify(values.at(-1)) !== JSON.stringify(value)) values.push(value);
    history.set(name, values);
  }
}

function effectsOf(commands: readonly Command[], crm: MemoryCrm): ExpectedEffect[] {
  const keys = new Set<string>();
  return commands.flatMap((command): ExpectedEffect[] => {
    const { operation, effectKey: key } = command;
    if (key === undefined || keys.has(key) || (operation !== 'note' && operation !== 'task')) return [];
    keys.add(key);
    const module = operation === 'note' ? 'Notes' : 'Tasks';
    const held = crm.get(`${module}/${key}`)?.fields[module === 'Notes' ? 'Parent_Id' : 'What_Id'];
    return [{ key, module, parent: idIn(held) ?? recordKeyOf(command), fields: command.fields }];
  });
}

function idIn(value: Json | undefined): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return typeof value['id'] === 'string' ? value['id'] : null;
}
