import type { Outcome } from '#contracts';
import type { SettledCommand } from '#ledger';

/** What outcomes of one call tell about their destination; null when they say nothing, since no call was made. */
export type Signal = 'answered' | 'failed' | null;

/**
 * A refusal is an answer, and so is a 429: the destination is there. It failed when nothing of the call was answered and something was
 * in vain. Pure.
 */
export function signalOf(outcomes: readonly Outcome[]): Signal {
  if (outcomes.some(isAnswer)) return 'answered';
  return outcomes.some(isFailure) ? 'failed' : null;
}

/** The signal of each connection that something was settled of. */
export function signalsOf(settled: readonly SettledCommand[]): Map<string, Exclude<Signal, null>> {
  const outcomes = Map.groupBy(settled, ({ command }) => command.connectionId);
  return new Map(
    [...outcomes].flatMap(([id, entries]) => {
      const signal = signalOf(entries.map(({ outcome }) => outcome));
      return signal === null ? [] : [[id, signal] as const];
    }),
  );
}

function isAnswer(outcome: Outcome): boolean {
  if (outcome.kind === 'throttled') return outcome.cause === 'concurrency' || outcome.cause === 'calls';
  return outcome.kind === 'succeeded' || outcome.kind === 'rejected';
}

function isFailure(outcome: Outcome): boolean {
  return outcome.kind === 'unavailable' || (outcome.kind === 'unknown' && outcome.noRoom === undefined);
}
