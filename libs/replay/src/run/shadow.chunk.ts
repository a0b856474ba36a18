import type { FoldConnection, FoldStep } from '#folding';
import type { NewCommand } from '#ledger';
import type { Mapping } from '#mapping';
import { replayKeys } from '../fold/replay.keys.ts';
import type { KeyHistory } from '../history/key.histories.ts';

/** The command in the lane in which nothing starts an automation. */
export function inReplayLane({ origin, command }: NewCommand): NewCommand {
  return { origin: { ...origin, lane: 'replay' }, command };
}

/**
 * The commands of whole histories for another connection, as the relay would have made them for it, one event after another. Its own
 * settings count; states and schedules are left alone. Pure.
 */
export function shadowCommands(
  mapping: Mapping,
  { histories, connection }: { readonly histories: readonly KeyHistory[]; readonly connection: FoldConnection },
): NewCommand[] {
  const tenants = new Set(histories.map(({ tenantId }) => tenantId));
  const connections = new Map(
    [...tenants].map((tenantId) => [tenantId, [{ ...connection, state: 'active' as const }]]),
  );
  const steps = histories.flatMap(({ steps: own }) => own.map((step) => placed(mapping, step, connection)));
  const { replayed } = replayKeys({ mapping, connections, steps });
  return replayed.flatMap(({ commands }) => commands.map(inReplayLane));
}

function placed({ scope }: Mapping, step: FoldStep, { id }: FoldConnection): FoldStep {
  return scope === 'connection' ? { ...step, connectionId: id } : step;
}
