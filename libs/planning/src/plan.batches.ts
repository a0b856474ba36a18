import { CALL_RECORDS, costOf, groupsOf } from './plan.cost.ts';
import type { PlanCost, PlannedKey, PlannedRecord } from './plan.types.ts';

/**
 * Keys in the order in which they are applied, a hundred in a transaction. Keys whose writes share calls stand together, so that the calls
 * are full; those with notes and tasks come last among them. Pure.
 */
export function batchesOf(keys: readonly PlannedKey[], most = CALL_RECORDS): PlannedKey[][] {
  const alike = Map.groupBy(keys, ({ records }) => signatureOf(records.filter((record) => !isEffect(record))));
  const inOrder = [...alike].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.flatMap(([, members]) => {
    const [withEffects, plain] = [members.filter(hasEffect), members.filter((key) => !hasEffect(key))];
    const ordered = [...plain, ...withEffects];
    return Array.from({ length: Math.ceil(ordered.length / most) }, (_, at) =>
      ordered.slice(at * most, (at + 1) * most),
    );
  });
}

function isEffect({ action }: PlannedRecord): boolean {
  return action === 'effect';
}

function hasEffect({ records }: PlannedKey): boolean {
  return records.some((record) => isEffect(record));
}

function signatureOf(records: PlannedKey['records']): string {
  return JSON.stringify(
    groupsOf(records).map(({ kind, records: [first] }) => [kind, first?.connectionId, first?.module]),
  );
}

/**
 * What batches cost that go out one by one: at most, since the dispatcher lets commands of two batches share a call where both wait. Pure.
 */
export function costOfBatches(batches: readonly (readonly PlannedKey[])[]): PlanCost {
  const costs = batches.map((keys) => costOf(keys.flatMap(({ records }) => records)));
  const sum = (of: (cost: PlanCost) => number): number => costs.reduce((total, cost) => total + of(cost), 0);
  return {
    calls: sum(({ calls }) => calls),
    credits: sum(({ credits }) => credits),
    checkCalls: sum(({ checkCalls }) => checkCalls),
    checkCredits: sum(({ checkCredits }) => checkCredits),
  };
}
