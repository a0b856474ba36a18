import type { Link } from '#ledger';
import type { Mapping } from '#mapping';

type ReturnsOfMapping = NonNullable<Mapping['returns']>;

/** A record of ours whose way back a pack declares. */
export interface ReturningLink {
  readonly link: Link;
  readonly mapping: Mapping;
  readonly module: ReturnsOfMapping['modules'][string];
  /** Of the identity field, as text. */
  readonly identity: { readonly field: string; readonly value: string };
}

/** Fields that packs read in a module. */
export function fieldsOfPacks(mappings: readonly Mapping[], module: string): string[] {
  return [...new Set(mappings.flatMap(({ watchedFields }) => watchedFields[module] ?? []))];
}

/** What a pack says of a record; null where none has a way back for it. */
export function returningLink(mappings: readonly Mapping[], link: Link): ReturningLink | null {
  const slash = link.recordKey.indexOf('/');
  const name = link.recordKey.slice(0, slash);
  const mapping = mappings.find(
    ({ product, returns }) => product === link.product && returns?.modules[name] !== undefined,
  );
  const module = mapping?.returns?.modules[name];
  if (mapping === undefined || module === undefined) return null;
  return { link, mapping, module, identity: { field: module.identity, value: link.recordKey.slice(slash + 1) } };
}
