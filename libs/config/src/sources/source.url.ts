import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from '../option.ts';
import type { SourceDeclaration } from './sources.schema.ts';

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const URL_KEYS = ['url', 'urlFile', 'urlEnv'] as const;

/** What is wrong with one key, in words for an operator. */
export interface UrlProblem {
  readonly key: string;
  readonly message: string;
}

type Given = Pick<SourceDeclaration, (typeof URL_KEYS)[number]>;

/** What is wrong with how the URL is given, whatever the environment holds; null when nothing is. */
export function urlProblem(given: Given): UrlProblem | null {
  const [first, second] = URL_KEYS.filter((key) => given[key] !== undefined);
  if (first === undefined) return { key: 'url', message: 'is missing: give url, urlFile or urlEnv' };
  if (second !== undefined) return { key: second, message: `is given beside ${first}: give one of them` };
  const { url } = given;
  if (url === undefined || isReferenceAlone(url)) return null;
  const shape = url.replaceAll(REFERENCE, 'x');
  if (!/^postgres(ql)?:\/\//.test(shape) || !URL.canParse(shape))
    return { key: 'url', message: 'must be a Postgres URL such as postgres://publisher@db:5432/portal' };
  if (holdsPassword(url))
    return {
      key: 'url',
      message: 'holds a password: write ${NAME} in its place and set NAME in the environment, or use urlFile or urlEnv',
    };
  return null;
}

/** The URL with its secrets. A reference within a URL is percent-encoded; one that is all there is holds a whole URL. */
export function resolveUrl(
  given: Given,
  { env, folder }: { readonly env: Environment; readonly folder: string },
): { readonly url: string } | UrlProblem {
  const { url, urlFile, urlEnv } = given;
  if (urlFile !== undefined) {
    try {
      return { url: readFileSync(resolve(folder, urlFile), 'utf8').trim() };
    } catch {
      return { key: 'urlFile', message: `names a file that cannot be read: ${resolve(folder, urlFile)}` };
    }
  }
  const names = urlEnv === undefined ? [...(url ?? '').matchAll(REFERENCE)].map(([, name = '']) => name) : [urlEnv];
  const missing = names.find((name) => (env[name] ?? '') === '');
  if (missing !== undefined) {
    const key = urlEnv === undefined ? 'url' : 'urlEnv';
    return { key, message: `names the environment variable ${missing}, which is not set` };
  }
  if (urlEnv !== undefined) return { url: env[urlEnv] ?? '' };
  const whole = isReferenceAlone(url ?? '');
  const value = (name: string): string => (whole ? (env[name] ?? '') : encodeURIComponent(env[name] ?? ''));
  return { url: (url ?? '').replaceAll(REFERENCE, (_, name: string) => value(name)) };
}

function isReferenceAlone(url: string): boolean {
  return url.replaceAll(REFERENCE, '') === '';
}

/** In the user's place or as a parameter, and not by reference. */
function holdsPassword(url: string): boolean {
  const literal = new URL(url.replaceAll(REFERENCE, ''));
  return (
    literal.password !== '' || [...literal.searchParams].some(([name, value]) => /password/i.test(name) && value !== '')
  );
}
