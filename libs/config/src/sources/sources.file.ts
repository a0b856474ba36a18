import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CausewayError } from '#contracts';
import type { Environment } from '../option.ts';
import { rowsSchema, type RowsConfig } from './rows.schema.ts';
import { resolveUrl, urlProblem, type UrlProblem } from './source.url.ts';
import { issueMessage, parseSources, problemLine, problemsOf, type SourcesDocument } from './sources.problems.ts';
import { sourcesSchema, type SourceDeclaration, type SourceSettings } from './sources.schema.ts';

/** A source as a file declares it, under the names of the options; what it leaves to the environment is absent. */
export type DeclaredSource = SourceSettings & {
  readonly sourceName: string;
  readonly sourceUrl: string;
  readonly slotName: string;
  readonly publicationName: string;
  readonly rows: RowsConfig;
};

export interface SourcesFileOptions {
  readonly env?: Environment;
  /** False: look at the form alone, where the environment and the files of secrets are not at hand. */
  readonly withSecrets?: boolean;
}

/**
 * Reads the file that declares the sources of a publisher.
 * @throws CausewayError `CONFIG_INVALID` whose message lists every problem with file, line and path
 */
export function readSourcesFile(file: string, options: SourcesFileOptions = {}): DeclaredSource[] {
  const { env = process.env, withSecrets = true } = options;
  const read = parseSources(file, textOf(file));
  if (read.document.errors.length > 0)
    refuse(read.document.errors.map(({ message }) => `${file}: ${message.trimEnd()}`));
  const parsed = sourcesSchema.safeParse(read.document.toJS(), { error: issueMessage });
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, knownKeys));
    refuse(problems.map(({ path, message }) => problemLine(read, path, message)));
  }
  const problems: string[] = [];
  const declared = parsed.data.sources.map((source, index) => {
    const form = urlProblem(source);
    const resolved = form ?? (withSecrets ? resolveUrl(source, { env, folder: dirname(file) }) : { url: '' });
    if ('url' in resolved) return declare(source, resolved.url);
    problems.push(urlLine(read, { index, problem: resolved }));
    return declare(source, '');
  });
  if (problems.length > 0) refuse(problems);
  return declared;
}

function declare(source: SourceDeclaration, sourceUrl: string): DeclaredSource {
  const { name, slot, publication, rows, url: _url, urlFile: _file, urlEnv: _env, ...settings } = source;
  const given = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as SourceSettings;
  return { ...given, sourceName: name, sourceUrl, slotName: slot, publicationName: publication, rows };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    return refuse([`CAUSEWAY_SOURCES_FILE names a file that cannot be read: ${file} (${why})`]);
  }
}

function urlLine(read: SourcesDocument, given: { readonly index: number; readonly problem: UrlProblem }): string {
  return problemLine(read, ['sources', given.index, given.problem.key], given.problem.message);
}

/** The keys that an object at this place of the file may have. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(sourcesSchema.shape);
  if (path.length === 2) return Object.keys(sourcesSchema.shape.sources.element.shape);
  return rowsSchema.options.flatMap(({ shape }) => Object.keys(shape));
}

function refuse(problems: readonly string[]): never {
  const settings = `${problems.map((problem) => `\n  - ${problem}`).join('')}\n`;
  throw new CausewayError('CONFIG_INVALID', { details: { settings } });
}
