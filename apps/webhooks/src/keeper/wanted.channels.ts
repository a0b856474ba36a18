import type { Connection } from '#connections';
import { MOST_CONDITION_FIELDS } from '#zoho';
import type { WantedChannel } from '../channel/channel.store.ts';

/** What the keeper reads of a mapping. */
export interface WatchingMapping {
  readonly product: string;
  readonly destination: string;
  /** Module -> `create`, `edit`, `delete`. Absent: the pack has no way back. */
  readonly watched?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Module -> the fields that it looks at. A module that is absent: all of them. */
  readonly watchedFields?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** An edit of these has to be heard of whatever is watched: a conversion names them and no others. */
const CONVERSION: Readonly<Record<string, readonly string[]>> = { Leads: ['Converted__s'] };
const ORDER = ['create', 'edit', 'delete'];

/** Channels that a connection needs, by what its packs and its setting `watch` look at, and no others. Pure. */
export function wantedChannels(connection: Connection, mappings: readonly WatchingMapping[]): WantedChannel[] {
  const wishes = [...ofSettings(connection), ...ofPacks(connection, mappings)];
  const modules = [...new Set(wishes.map(({ module }) => module))].sort();
  return modules.map((module) =>
    union(
      module,
      wishes.filter((wish) => wish.module === module),
    ),
  );
}

function ofSettings({ settings }: Connection): WantedChannel[] {
  return Object.entries(settings.watch)
    .filter(([, fields]) => fields.length > 0)
    .map(([module, fields]) => ({ module, events: ['edit', 'delete'], fields }));
}

/** A tenant that has the name of a product is that product's own; any other one may use all of them. */
function ofPacks(connection: Connection, mappings: readonly WatchingMapping[]): WantedChannel[] {
  const own = mappings.filter(({ product }) => product === connection.tenantId);
  const used = (own.length > 0 ? own : mappings).filter(({ destination }) => destination === connection.destination);
  return used.flatMap(({ watched = {}, watchedFields = {} }) =>
    Object.entries(watched).map(([module, events]) => ({ module, events, fields: watchedFields[module] ?? [] })),
  );
}

function union(module: string, wishes: readonly WantedChannel[]): WantedChannel {
  const events = new Set(wishes.flatMap((wish) => wish.events));
  const fields = new Set([...wishes.flatMap((wish) => wish.fields), ...(CONVERSION[module] ?? [])]);
  // Who looks at all fields, or at more than a condition can name, hears of every edit.
  const all = wishes.some((wish) => wish.fields.length === 0) || fields.size > MOST_CONDITION_FIELDS;
  return { module, events: ORDER.filter((event) => events.has(event)), fields: all ? [] : [...fields].sort() };
}
