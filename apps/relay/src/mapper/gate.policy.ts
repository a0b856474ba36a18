/** It opens again when so much of the limit is left over, so that it does not swing. */
const AGAIN_BELOW = 0.8;

/** Whether events are fetched, given how many commands wait and whether they were fetched so far. Pure. */
export function isGateOpen({ wasOpen, depth, most }: { wasOpen: boolean; depth: number; most: number }): boolean {
  return wasOpen ? depth <= most : depth < most * AGAIN_BELOW;
}
