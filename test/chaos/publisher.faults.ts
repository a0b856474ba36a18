import type { Stack } from '#stack';
import type { Fault } from './fault.scene.ts';
import { linkFaults } from './link.faults.ts';
import { pointFaults, quietFaults } from './point.faults.ts';
import { processFaults } from './process.faults.ts';
import type { Mutant } from './publisher.mutants.ts';
import { serverFaults } from './server.faults.ts';

const all = { ...processFaults, ...pointFaults, ...quietFaults, ...linkFaults, ...serverFaults };

export type FaultName = keyof typeof all;
export const FAULTS: Readonly<Record<FaultName, Fault>> = all;
export const FAULT_NAMES = Object.keys(all) as FaultName[];

/** What a round begins with: faults at points start their publishers themselves, quiet ones the writers as well. */
export const startsPublisher = (name: FaultName): boolean => !(name in pointFaults || name in quietFaults);

export const startsWriters = (name: FaultName): boolean => !(name in quietFaults);

/** True unless a server would have to be restarted that is not the campaign's own. */
export function isPlayable(name: FaultName, restart: Stack['restart']): boolean {
  if (!(name in serverFaults)) return true;
  return restart[name.startsWith('Kafka') ? 'kafka' : 'postgres'] !== undefined;
}

/** For each mutant a fault that shows it for sure. */
export const FAULTS_OF_MUTANT: Readonly<Record<Mutant, readonly FaultName[]>> = {
  'early-confirm': ['Kafka silent, then killed'],
  'skip-position': ['killed: first commit answered'],
  reorder: ['kill around a commit'],
};
