import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { maskPassword } from '../summary.config.ts';

type Path = readonly PropertyKey[];

/** A file as it was read, so that a problem can name the line that it is on. */
export interface SourcesDocument {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** YAML 1.2, of which JSON is a part. Problems of the text itself are in `document.errors`. */
export function parseSources(file: string, text: string): SourcesDocument {
  const lines = new LineCounter();
  return { file, lines, document: parseDocument(text, { lineCounter: lines, prettyErrors: true }) };
}

/** `sources.yaml:12 sources[1].slot: must be ...`: file and line, path, what is wrong. */
export function problemLine({ file, document, lines }: SourcesDocument, path: Path, message: string): string {
  const line = lineOf(document, lines, path);
  const where = path.length === 0 ? 'the file' : pathText(path);
  return `${file}${line === undefined ? '' : `:${line}`} ${where}: ${message}`;
}

/** An issue of zod as problems, each with its path; an unknown key is one problem by itself. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  known: (path: Path) => readonly string[],
): { path: Path; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return issue.keys.map((key) => {
    const near = nearest(key, known(issue.path));
    const advice =
      near === undefined ? 'remove it, or see docs/reference/publisher-sources.schema.json' : `did you mean ${near}?`;
    return { path: [...issue.path, key], message: `is not known here: ${advice}` };
  });
}

/** Messages for what zod finds by itself: what is wanted and what stands there. */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    const wanted =
      { object: 'an object', array: 'a list', string: 'text' }[String(issue.expected)] ?? String(issue.expected);
    return `must be ${wanted}, not ${shown(issue.input)}`;
  }
  if (issue.code === 'invalid_union' && 'discriminator' in issue) {
    const options =
      'options' in issue && Array.isArray(issue.options) ? issue.options.map(String).join(', ') : 'a known one';
    return `must be one of: ${options}`;
  }
  return undefined;
}

function shown(input: unknown): string {
  const text = maskPassword(JSON.stringify(input) ?? String(input));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** Of the value, or of the nearest thing around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, distance: distanceOf(key.toLowerCase(), name.toLowerCase()) }));
  const [best] = ranked.toSorted((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(2, key.length / 3) ? best.name : undefined;
}

/** Levenshtein's. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
