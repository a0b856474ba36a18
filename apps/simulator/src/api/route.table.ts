import type { Call } from './call.ts';

export interface Route {
  readonly call: Call;
  readonly params: Readonly<Record<string, string>>;
}

interface Entry {
  readonly call: Call;
  readonly segments: readonly string[];
  readonly params: number;
}

/** Finds the call for a method and path. Fixed segments win over parameters. */
export class RouteTable {
  readonly #entries: readonly Entry[];

  constructor(calls: readonly Call[]) {
    this.#entries = calls
      .map((call) => {
        const segments = split(call.path);
        return { call, segments, params: segments.filter((segment) => segment.startsWith(':')).length };
      })
      .sort((a, b) => a.params - b.params);
  }

  /** The call; `method` when the path is known under other methods only; undefined when it is not known at all. */
  find(method: string, path: string): Route | 'method' | undefined {
    const segments = split(path);
    let known = false;
    for (const entry of this.#entries) {
      const params = matched(entry.segments, segments);
      if (params === undefined) continue;
      if (entry.call.method === method) return { call: entry.call, params };
      known = true;
    }
    return known ? 'method' : undefined;
  }
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function matched(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decoded(segment);
    else if (part !== segment) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
