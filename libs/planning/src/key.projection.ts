import type { Command, JsonObject } from '#contracts';
import type { FoldConnection, TenantConnections } from '#folding';
import { connectionOf } from '#folding';
import { ownState, withSettings, type Mapping, type WantedRecord } from '#mapping';
import type { LeftReason, PlannedKey, StateName } from './plan.types.ts';

/** One key as it shall be: its state, what it wants of the CRM, and what it asks for once. */
export interface WantedKey extends StateName {
  readonly connection: FoldConnection;
  readonly sequence: number;
  /** As it shall be. */
  readonly state: JsonObject;
  /** To be stored; null: it is stored so already. */
  readonly newState: string | null;
  readonly timers: PlannedKey['timers'];
  readonly wanted: readonly WantedRecord[];
  readonly effects: readonly Command[];
}

export interface UsableMapping {
  /** With the settings of the connection. */
  readonly mapping: Mapping;
  readonly connection: FoldConnection;
}

export interface LeftKey {
  readonly left: LeftReason;
}

/** The mapping as a key of one connection sees it, or why it cannot be used. */
export type KeyMapping = UsableMapping | LeftKey;

export function keyMapping(
  mapping: Mapping,
  { tenantId, connectionId }: StateName,
  connections: TenantConnections,
): KeyMapping {
  const named = connectionId === '' ? { tenantId } : { tenantId, connectionId };
  const connection = connectionOf(connections, named);
  if (connection === undefined || connection.state === 'disconnected') return { left: 'connection' };
  try {
    const owner = mapping.scope === 'connection' ? connection.id : null;
    return { mapping: withSettings(mapping, connection.settings, owner), connection };
  } catch {
    return { left: 'mapping_failed' };
  }
}

/** What a state wants of the CRM; null where the mapping cannot say. */
export function projectionOf(mapping: Mapping, state: JsonObject): readonly WantedRecord[] | null {
  try {
    return mapping.project(ownState(state), mapping.settings);
  } catch {
    return null;
  }
}
