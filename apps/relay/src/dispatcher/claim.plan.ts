import type { Lane } from '#contracts';

/** Lanes in which somebody waits for the result. */
const URGENT: ReadonlySet<Lane> = new Set(['live', 'retry']);
/** Every so many claims what is not urgent comes first, so that it goes on under steady live traffic. */
const TURN_OF_THE_OTHERS = 5;

/** One claim: connections that have the same lanes open. */
export interface Claim {
  readonly connectionIds: readonly string[];
  readonly lanes: readonly Lane[];
}

/**
 * In which order work is claimed: urgent lanes in front of the others, each only where its connection has credits for it.
 * `turn` counts the claims of this process. Pure.
 */
export function claimPlan(open: ReadonlyMap<string, readonly Lane[]>, turn: number): Claim[] {
  const urgent = claimsOf(open, (lane) => URGENT.has(lane));
  const others = claimsOf(open, (lane) => !URGENT.has(lane));
  return turn % TURN_OF_THE_OTHERS === 0 ? [...others, ...urgent] : [...urgent, ...others];
}

function claimsOf(open: ReadonlyMap<string, readonly Lane[]>, isWanted: (lane: Lane) => boolean): Claim[] {
  const claims = new Map<string, { connectionIds: string[]; lanes: Lane[] }>();
  for (const [id, lanes] of open) {
    const wanted = lanes.filter(isWanted);
    if (wanted.length === 0) continue;
    const claim = claims.get(wanted.join()) ?? { connectionIds: [], lanes: wanted };
    claim.connectionIds.push(id);
    claims.set(wanted.join(), claim);
  }
  return [...claims.values()];
}
