/** Calls that fail one after another until no more go out. */
const THRESHOLD = 5;
/** The first pause, which doubles with each probe that fails. Milliseconds. */
const FIRST_PAUSE = 30_000;
/** Short enough that a destination that is back is noticed soon; a command's own schedule may well be longer. */
const LONGEST_PAUSE = 240_000;

/**
 * Whether calls of a connection may go out. `closed`: yes; `open`: none until the time is over; `half_open`: one probe is under way,
 * and counts as lost after the time. Times are epoch milliseconds.
 */
export type Circuit =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly trips: number; readonly until: number }
  | { readonly state: 'half_open'; readonly trips: number; readonly until: number };

/**
 * `answered`: the destination said something, be it a refusal; `failed`: it did not, or only that it is in trouble; `probe`: somebody
 * asks whether to try; `unused`: there was nothing to probe with.
 */
export type CircuitEvent =
  | { readonly kind: 'answered' | 'unused' }
  | { readonly kind: 'failed'; /** In [0, 1). */ readonly random: number }
  | { readonly kind: 'probe'; /** Milliseconds that a probe may take. */ readonly leaseMs: number };

export const CLOSED: Circuit = { state: 'closed', failures: 0 };

/** The next state at the time `now` (epoch milliseconds). The same object where nothing changes, so that nothing needs storing. Pure. */
export function nextCircuit(circuit: Circuit, event: CircuitEvent, now: number): Circuit {
  switch (event.kind) {
    case 'answered':
      return circuit.state === 'closed' && circuit.failures === 0 ? circuit : CLOSED;
    case 'failed':
      return afterFailure(circuit, event.random, now);
    case 'probe':
      if (circuit.state === 'closed' || now < circuit.until) return circuit;
      return { state: 'half_open', trips: circuit.trips, until: now + event.leaseMs };
    case 'unused':
      return circuit.state === 'half_open' ? { state: 'open', trips: circuit.trips, until: now } : circuit;
    default:
      return event satisfies never;
  }
}

function afterFailure(circuit: Circuit, random: number, now: number): Circuit {
  // A call that was under way when it opened says nothing new.
  if (circuit.state === 'open') return circuit;
  if (circuit.state === 'half_open') return opened(circuit.trips + 1, random, now);
  const failures = circuit.failures + 1;
  return failures < THRESHOLD ? { state: 'closed', failures } : opened(1, random, now);
}

function opened(trips: number, random: number, now: number): Circuit {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(trips - 1, 20));
  return { state: 'open', trips, until: now + Math.round(pause * (0.9 + 0.2 * random)) };
}
