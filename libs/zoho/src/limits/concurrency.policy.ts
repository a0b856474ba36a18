/** How many calls may run at a time, and what is known about it. Additive increase, multiplicative decrease. */
export interface Concurrency {
  /** At present, 1 to `cap`. */
  readonly limit: number;
  /** What the edition allows. */
  readonly cap: number;
  /** Answers without a refusal since the last change, while the limit was in use. */
  readonly good: number;
  /** When it was cut last, in epoch milliseconds; 0: never. */
  readonly cutAt: number;
}

/**
 * Answers for one step up. Each step beyond what there is room for costs a call that is refused, so after the first
 * refusal steps are rare: at one in 250, such calls stay below one in two hundred.
 */
const STEP_AFTER = { first: 20, later: 250 };

/** Begins at half of the edition's: other processes and applications may be at work. */
export function newConcurrency(cap: number): Concurrency {
  return { limit: Math.max(1, Math.ceil(cap / 2)), cap: Math.max(1, cap), good: 0, cutAt: 0 };
}

/** After an answer that was no refusal. `busy`: no place was free when the call went out, so the limit was felt. */
export function afterAnswer(state: Concurrency, { busy }: { readonly busy: boolean }): Concurrency {
  if (!busy || state.limit >= state.cap) return state;
  const good = state.good + 1;
  const needed = state.cutAt === 0 ? STEP_AFTER.first : STEP_AFTER.later;
  return good < needed ? { ...state, good } : { ...state, limit: state.limit + 1, good: 0 };
}

/** After a refusal: half. Calls that went out before the last cut say nothing new. */
export function afterRefusal(
  state: Concurrency,
  at: { readonly startedAt: number; readonly now: number },
): Concurrency {
  if (at.startedAt < state.cutAt) return state;
  return { ...state, limit: Math.max(1, Math.floor(state.limit / 2)), good: 0, cutAt: Math.max(1, at.now) };
}

/** The same under another cap: an organisation that changed its edition. */
export function withCap(state: Concurrency, cap: number): Concurrency {
  return cap === state.cap
    ? state
    : { ...state, cap: Math.max(1, cap), limit: Math.min(state.limit, Math.max(1, cap)) };
}
