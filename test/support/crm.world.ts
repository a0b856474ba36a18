import type { SimulatorClient, CrmRecord } from '#cases';

/** One write that took effect, as the CRM keeps it: the whole record after it. */
export interface CrmWrite {
  readonly module: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The write that made the record a converted Lead. */
  readonly converted: boolean;
}

/** What is in the CRM, and the writes that led there, in their order. */
export interface CrmWorld {
  /** By module; without converted Leads. */
  readonly records: ReadonlyMap<string, readonly CrmRecord[]>;
  readonly converted: readonly CrmRecord[];
  readonly writes: readonly CrmWrite[];
}

const MODULES = ['Leads', 'Contacts', 'Accounts', 'Deals', 'Tasks', 'Notes'];

export async function readWorld(simulator: SimulatorClient, writes: readonly CrmWrite[]): Promise<CrmWorld> {
  const records = new Map<string, readonly CrmRecord[]>();
  for (const module of MODULES) records.set(module, await simulator.records(module));
  return { records, converted: await simulator.converted('Leads'), writes };
}
