import { publisherOptions } from '../options/publisher.options.ts';
import { maskPassword } from '../summary.config.ts';
import type { DeclaredSource } from './sources.file.ts';

/** A source without its secrets. */
export interface SourceSummary {
  readonly name: string;
  /** Host and name of the database; null where the URL was not looked up. */
  readonly database: string | null;
  readonly slot: string;
  readonly publication: string;
  readonly rows: DeclaredSource['rows'];
  /** What it sets for itself; all else comes from the environment. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a file declares, for people and programs. */
export function summariseSource(source: DeclaredSource): SourceSummary {
  const { sourceName, sourceUrl, slotName, publicationName, rows, ...own } = source;
  const secret = new Set(
    Object.entries(publisherOptions).flatMap(([name, option]) => ('secret' in option ? [name] : [])),
  );
  const settings = Object.fromEntries(
    Object.entries(own)
      .filter(([name]) => !secret.has(name))
      .map(([name, value]) => [name, typeof value === 'string' ? maskPassword(value) : value]),
  );
  return {
    name: sourceName,
    database: databaseOf(sourceUrl),
    slot: slotName,
    publication: publicationName,
    rows,
    settings,
  };
}

function databaseOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
