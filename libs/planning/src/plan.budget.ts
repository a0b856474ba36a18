import type { Kysely } from 'kysely';
import { listConnections } from '#connections';
import { creditStore } from '#ledger';
import type { IntegrationDatabase } from '#postgres';
import { costOfBatches } from './plan.batches.ts';
import type { Plan } from './plan.maker.ts';
import { timeOf, type PlanTime } from './plan.time.ts';

/** How long a plan takes as the budgets of its connections stand: that of the slowest one, since they go side by side. */
export async function timeOfPlan(
  db: Kysely<IntegrationDatabase>,
  { batches, lane }: Pick<Plan, 'batches' | 'lane'>,
  now = Date.now(),
): Promise<PlanTime> {
  const records = batches.flat().flatMap((key) => key.records);
  const ids = new Set(records.map(({ connectionId }) => connectionId));
  const times: PlanTime[] = [];
  for (const { id, settings } of (await listConnections(db)).filter((connection) => ids.has(connection.id))) {
    const own = batches.map((keys) =>
      keys.map((key) => ({ ...key, records: key.records.filter(({ connectionId }) => connectionId === id) })),
    );
    const { calls, credits, checkCalls, checkCredits } = costOfBatches(own);
    const store = creditStore(db, id);
    const known = await store.readLimits();
    const budget = {
      lane,
      credits: settings.limits?.credits ?? known?.credits ?? null,
      concurrency: settings.limits?.concurrency ?? known?.concurrency ?? null,
      slots: await store.read(now),
      now,
    };
    times.push(timeOf({ calls: calls + checkCalls, credits: credits + checkCredits }, budget));
  }
  return {
    seconds: Math.max(0, ...times.map(({ seconds }) => seconds)),
    creditsLeft: leastOf(times.flatMap(({ creditsLeft }) => creditsLeft ?? [])),
  };
}

function leastOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : Math.min(...numbers);
}
