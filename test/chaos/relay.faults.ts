import type { Stack } from '#stack';
import { relayCrmFaults } from './relay.crm.faults.ts';
import type { RelayMutant } from './relay.mutants.ts';
import { relayPointFaults } from './relay.point.faults.ts';
import { relayProcessFaults } from './relay.process.faults.ts';
import type { RelayFault } from './relay.scene.ts';
import { relayLinkFaults, relayServerFaults } from './relay.server.faults.ts';

const all = {
  ...relayProcessFaults,
  ...relayPointFaults,
  ...relayCrmFaults,
  ...relayLinkFaults,
  ...relayServerFaults,
};

export type RelayFaultName = keyof typeof all;
export const RELAY_FAULTS: Readonly<Record<RelayFaultName, RelayFault>> = all;
export const RELAY_FAULT_NAMES = Object.keys(all) as RelayFaultName[];

/** Faults at points start their relays themselves. */
export const startsRelay = (name: RelayFaultName): boolean => !(name in relayPointFaults);

/** True unless a server would have to be restarted that is not the campaign's own. */
export function isRelayPlayable(name: RelayFaultName, restart: Stack['restart']): boolean {
  if (!(name in relayServerFaults)) return true;
  return restart[name.startsWith('Kafka') ? 'kafka' : 'postgres'] !== undefined;
}

/** For each mutant a fault that shows it for sure. */
export const FAULTS_OF_RELAY_MUTANT: Readonly<Record<RelayMutant, readonly RelayFaultName[]>> = {
  'blind-repeat': ['answers lost'],
  'break-order': ['two relays'],
  lose: ['two relays'],
};
