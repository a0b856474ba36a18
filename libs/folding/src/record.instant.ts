/** 0001-01-01 and 9999-12-31 in milliseconds since the epoch: what an instant in text can say. */
const FIRST = -62_135_596_800_000;
const LAST = 253_402_300_799_999;

/**
 * The time of a Kafka record as an instant in UTC. Producers may write any 64 bits there; one that is out of all bounds counts as the bound,
 * so that it does not stop its partition.
 */
export function recordInstant(milliseconds: number): string {
  return new Date(Math.min(Math.max(milliseconds, FIRST), LAST)).toISOString();
}
