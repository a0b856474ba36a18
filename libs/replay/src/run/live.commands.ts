import type { QueryExecutorProvider } from 'kysely';
import { recordKeyOf, type JsonObject } from '#contracts';
import { connectionOf, type FoldedStep, type TenantConnections } from '#folding';
import type { CommandOrigin, NewCommand } from '#ledger';
import type { Mapping } from '#mapping';
import { projectionOf } from '../dry-run/stored.states.ts';
import type { KeyHistory } from '../history/key.histories.ts';
import { repairCommands } from './repair.policy.ts';
import { inReplayLane } from './shadow.chunk.ts';
import { readTold, withoutKnownEffects } from './told.records.ts';

export interface ReplayedHistory {
  readonly mapping: Mapping;
  readonly connections: TenantConnections;
  readonly history: KeyHistory;
  /** The state that the relay had. */
  readonly before: JsonObject | undefined;
  /** The state that was folded anew. */
  readonly after: JsonObject | undefined;
  readonly folded: readonly FoldedStep[];
}

/** What has to be written of one key that was folded anew, and the effects that nobody asked for yet, in the lane replay. */
export async function liveCommands(
  trx: QueryExecutorProvider,
  { mapping, connections, history, before, after, folded }: ReplayedHistory,
): Promise<NewCommand[]> {
  const { tenantId, key, connectionId } = history;
  const owner = { tenantId, key, ...(connectionId === '' ? {} : { connectionId }) };
  const connection = connectionOf(connections, owner);
  const last = folded.at(-1)?.step;
  if (connection === undefined || connection.state === 'disconnected' || last === undefined) return [];
  const was = projectionOf(mapping, { key: owner, state: before, connections });
  const is = projectionOf(mapping, { key: owner, state: after, connections }) ?? [];
  const recordKeys = [...new Set([...(was ?? []), ...is].map((record) => recordKeyOf(record)))];
  const told = await readTold(trx, { connectionId: connection.id, recordKeys });
  const repairs = repairCommands({ before: was, after: is, told });
  const origin: CommandOrigin = {
    connectionId: connection.id,
    product: mapping.product,
    entityType: last.entityType,
    entityId: key,
    mapping: mapping.name,
    mappingVersion: mapping.version,
    eventId: last.id,
    occurredAt: last.occurredAt,
    lane: 'replay',
  };
  const asked = folded.flatMap(({ commands }) => commands).filter(({ command }) => command.effectKey !== undefined);
  const effects = await withoutKnownEffects(trx, asked.map(inReplayLane));
  return [...repairs.map((command) => ({ origin, command })), ...effects];
}
