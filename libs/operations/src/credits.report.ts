import type { Kysely } from 'kysely';
import { LANES, type Lane } from '#contracts';
import { listConnections } from '#connections';
import { creditStore } from '#ledger';
import type { IntegrationDatabase } from '#postgres';
import { DEFAULT_SHARES, exhaustedAt, usedByLane } from '#zoho';

/** How the credits of a connection stand by the ledger. */
export interface CreditsReport {
  readonly connection: string;
  /** Credits of the day; null: not learned yet, or without a cap. */
  readonly credits: number | null;
  readonly used: number;
  readonly left: number | null;
  /** RFC 3339, at the rate of the last hour; null: not within a day. */
  readonly exhaustedAt: string | null;
  /** Calls at a time that the edition allows; null: not learned yet. */
  readonly concurrency: number | null;
  /** RFC 3339. */
  readonly learnedAt: string | null;
  /** `most`: what the lane may use of the day; null as long as that is not known. */
  readonly lanes: Readonly<Record<Lane, { readonly used: number; readonly most: number | null }>>;
}

/** Credits of the rolling 24 hours of every connection, without a call of the CRM: what others used is not in it. */
export async function readCredits(db: Kysely<IntegrationDatabase>, now = Date.now()): Promise<CreditsReport[]> {
  const reports: CreditsReport[] = [];
  for (const { id, settings } of await listConnections(db)) {
    const store = creditStore(db, id);
    const slots = await store.read(now);
    const known = await store.readLimits();
    const credits = settings.limits?.credits ?? known?.credits ?? null;
    const byLane = usedByLane(slots, now);
    const used = [...byLane.values()].reduce((sum, each) => sum + each, 0);
    const end = credits === null ? null : exhaustedAt(slots, { credits, others: 0, now });
    const laneOf = (lane: Lane) => ({
      used: byLane.get(lane) ?? 0,
      most: credits === null ? null : Math.floor(DEFAULT_SHARES[lane].most * credits),
    });
    reports.push({
      connection: id,
      credits,
      used,
      left: credits === null ? null : Math.max(0, credits - used),
      exhaustedAt: end === null ? null : new Date(end).toISOString(),
      concurrency: settings.limits?.concurrency ?? known?.concurrency ?? null,
      learnedAt: known === null ? null : new Date(known.learnedAt).toISOString(),
      lanes: Object.fromEntries(LANES.map((lane) => [lane, laneOf(lane)])) as CreditsReport['lanes'],
    });
  }
  return reports;
}
