import type { Random } from '../org/random.ts';

/** What an armed fault does to a call (reference, fault injection). */
type FaultEffect =
  | 'drop_answer'
  | 'cut_request'
  | 'html'
  | 'half_body'
  | 'revoke_token'
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Record<string, string>;
      readonly after?: boolean;
    }
  | { readonly delayMs: number }
  | { readonly cut_answer_at: number }
  | { readonly cut_request_at: number }
  | { readonly moveClockMs: number };

export interface FaultRule {
  readonly kind?: string;
  /** URL path; `*` stands for any text. */
  readonly path?: string;
  readonly method?: string;
  readonly module?: string;
  /** How many calls it meets; without it, every one until cleared. */
  readonly count?: number;
  readonly probability?: number;
  readonly effect: FaultEffect;
}

export interface Fault extends FaultRule {
  readonly id: number;
  met: number;
}

/** What faults are chosen by. */
export interface FaultTarget {
  readonly kind: string;
  readonly path: string;
  readonly method: string;
  readonly module: string | null;
}

/** Armed faults; the first that fits a call meets it. */
export class FaultStore {
  readonly #random: Random;
  #faults: Fault[] = [];
  #last = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  arm(rule: FaultRule): Fault {
    this.#last += 1;
    const fault = { ...rule, id: this.#last, met: 0 };
    this.#faults.push(fault);
    return fault;
  }

  all(): readonly Fault[] {
    return this.#faults;
  }

  take(target: FaultTarget): Fault | undefined {
    return this.#take(target, (armed) => !cutsRequest(armed));
  }

  /** The fault that ends the call's connection while its body comes in, and after how many bytes. */
  takeCut(target: FaultTarget): { readonly id: number; readonly bytes: number } | undefined {
    const fault = this.#take(target, cutsRequest);
    return typeof fault?.effect === 'object' && 'cut_request_at' in fault.effect
      ? { id: fault.id, bytes: fault.effect.cut_request_at }
      : undefined;
  }

  #take(target: FaultTarget, wanted: (armed: Fault) => boolean): Fault | undefined {
    if (this.#faults.length === 0) return undefined;
    const fault = this.#faults.find(
      (armed) =>
        wanted(armed) &&
        fits(armed, target) &&
        (armed.count === undefined || armed.met < armed.count) &&
        this.#random.chance(armed.probability ?? 1),
    );
    if (fault !== undefined) fault.met += 1;
    return fault;
  }

  /** Disarms one, or all. */
  clear(id?: number): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
  }
}

const cutsRequest = ({ effect }: Fault): boolean => typeof effect === 'object' && 'cut_request_at' in effect;

function fits(rule: FaultRule, target: FaultTarget): boolean {
  return (
    (rule.kind === undefined || rule.kind === target.kind) &&
    (rule.method === undefined || rule.method.toUpperCase() === target.method) &&
    (rule.module === undefined || rule.module === target.module) &&
    (rule.path === undefined || pathFits(rule.path, target.path))
  );
}

function pathFits(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(String.raw`\*`, '.*');
  return new RegExp(`^${escaped}$`).test(path);
}
