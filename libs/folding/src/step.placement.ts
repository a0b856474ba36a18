import type { Mapping } from '#mapping';
import type { FoldConnection, TenantConnections } from './connection.store.ts';
import type { FoldStep } from './fold.step.ts';

/**
 * Where each step is folded. A state of the tenant has one place, whatever its connections are. Where states are those of connections, a
 * step is folded once for each connection of its tenant that is not disconnected, and one that was seen in a connection's CRM for that
 * connection alone; a tenant without a connection leaves nothing. Pure; the order of the steps stays.
 */
export function placeSteps(
  { scope }: Pick<Mapping, 'scope'>,
  { steps, connections }: { readonly steps: readonly FoldStep[]; readonly connections: TenantConnections },
): readonly FoldStep[] {
  if (scope === 'tenant') return steps;
  return steps.flatMap((step) => {
    const own = (connections.get(step.tenantId) ?? []).filter(({ state }) => state !== 'disconnected');
    const named = step.connectionId === undefined ? own : own.filter(({ id }) => id === step.connectionId);
    return named.map(({ id }) => ({ ...step, connectionId: id }));
  });
}

/** The connection that a placed step is folded for. It is looked for among the tenant's own, whatever the step names. */
export function connectionOf(
  connections: TenantConnections,
  { tenantId, connectionId }: Pick<FoldStep, 'tenantId' | 'connectionId'>,
): FoldConnection | undefined {
  const own = connections.get(tenantId) ?? [];
  return connectionId === undefined ? own[0] : own.find(({ id }) => id === connectionId);
}

/** The inbox's note of a step: each connection notes its own, so that one which was added or failed does not speak for the others. */
export function inboxId({ id, connectionId }: Pick<FoldStep, 'id' | 'connectionId'>): string {
  return connectionId === undefined ? id : `${connectionId}/${id}`;
}
