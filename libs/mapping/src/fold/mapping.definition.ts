import type { JsonObject } from '#contracts';
import { z } from 'zod';
import { id } from '../values/id.value.ts';
import { frozen, requireJson } from './frozen.json.ts';
import type { EventSchemas, Mapping, MappingDefinition } from './mapping.types.ts';

const made = new WeakSet<object>();

/** True for what `defineMapping` made. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && made.has(value);
}

/**
 * Makes a mapping of its definition. The state's type stays inside the pack: outside it is JSON.
 * @throws Error when the definition cannot work: no event type, a topic that is no aggregate type, an odd version,
 * an initial state that is not JSON, settings without a default, or a schedule of a connection's state.
 */
export function defineMapping<State extends object, Events extends EventSchemas, Settings = unknown>(
  definition: MappingDefinition<State, Events, Settings>,
): Mapping {
  const { name, version, events, fold } = definition;
  const types = Object.keys(events);
  const wrong = (what: string): Error => new Error(`mapping ${name}: ${what}`);
  if (types.length === 0) throw wrong('it reads no event');
  if (!Number.isSafeInteger(version) || version < 1) throw wrong('its version is no positive integer');
  if (definition.scope === 'connection' && definition.timers !== undefined) {
    throw wrong('a schedule belongs to a state of the tenant, and its states are those of connections');
  }
  const unhandled = types.filter((type) => !Object.hasOwn(fold, type));
  if (unhandled.length > 0) throw wrong(`nothing folds ${unhandled.join(', ')}`);
  requireJson(definition.initial, 'initial');
  const mapping = {
    ...definition,
    topics: definition.topics ?? [...new Set(types.map((type) => type.replace(/\..*$/, '')))],
    aggregateId: definition.aggregateId ?? id(),
    initial: frozen(definition.initial),
    capture: definition.capture ?? null,
    scope: definition.scope ?? 'tenant',
    connectionId: null,
    returns: definition.returns ?? null,
    watched: watchedBy(Object.keys(definition.returns?.modules ?? {})),
    watchedFields: Object.fromEntries(
      Object.entries(definition.returns?.modules ?? {}).map(([module, { reads }]) => [module, reads]),
    ),
    pipelines: definition.pipelines ?? [],
    timers: definition.timers ?? (() => []),
    refuses: definition.refuses ?? (() => null),
    hasTimers: definition.timers !== undefined,
    ...settingsOf(definition.settings ?? z.unknown(), {}),
  };
  return sealed(mapping as unknown as Mapping);
}

/**
 * The mapping with the settings of one connection; keys that it does not know are left alone. `connectionId`: where states are those of
 * connections.
 * @throws ZodError when a setting cannot be used.
 */
export function withSettings(mapping: Mapping, settings: JsonObject, connectionId: string | null = null): Mapping {
  return sealed({ ...mapping, connectionId, ...settingsOf(mapping.settingsSchema, settings) });
}

/** Why a connection of this mapping cannot be saved with these settings, in words that name them; empty when it can. */
export function refusedSettings(mapping: Mapping, settings: JsonObject): string[] {
  const read = mapping.settingsSchema.safeParse(settings);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const why = mapping.refuses(read.data);
  return why === null ? [] : [why];
}

function watchedBy(modules: readonly string[]): Mapping['watched'] {
  return Object.fromEntries(modules.map((module) => [module, ['create', 'edit', 'delete'] as const]));
}

function settingsOf(schema: z.ZodType, given: JsonObject): Pick<Mapping, 'settingsSchema' | 'settings'> {
  return { settingsSchema: schema, settings: frozen(schema.parse(given)) };
}

function sealed(mapping: Mapping): Mapping {
  made.add(mapping);
  return Object.freeze(mapping);
}
