import type { Kysely } from 'kysely';
import { connectClient, createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { errorFields } from '#observability';
import { readCredits } from '../credits.report.ts';
import type { DoctorTarget } from '../doctor/doctor.target.ts';
import { readConnections } from '../holds/connection.report.ts';
import { readHolds } from '../holds/hold.verbs.ts';
import { listChannels } from '../return/channels.report.ts';
import { readThrottles } from '../throttle/throttle.verbs.ts';
import { readLedgerStatus, readParkedReasons, type LedgerStatus } from './ledger.status.ts';
import { readMapperBacklog } from './mapper.status.ts';
import { readSourceStatus } from './source.status.ts';
import { flowOf, remarksOf } from './status.policy.ts';
import type { PartReached, StatusReport } from './status.types.ts';

/** What is looked at: as for the doctor, without the keys of the secrets. */
export type StatusTarget = Omit<DoctorTarget, 'integration'> & {
  readonly integration: { readonly url: string } | null;
};

type Contents = Pick<StatusReport, 'connections' | 'credits' | 'parked' | 'channels' | 'holds' | 'throttles'> & {
  readonly ledger: LedgerStatus;
};

/**
 * One look at everything, set-based, the parts side by side. Whoever cannot be reached is named in `parts` and leaves nulls; it throws
 * only what is wrong with the settings.
 */
export async function readStatus(target: StatusTarget): Promise<StatusReport> {
  const asked: DoctorTarget = { ...target, integration: null };
  const { integration: database } = target;
  const [mapper, integration, services] = await Promise.all([
    attempt('kafka', () => readMapperBacklog(asked)),
    database === null ? null : attempt('integration database', () => readContents(database.url)),
    Promise.all(target.services.map(askService)),
  ]);
  const hasKafka = mapper.found !== null;
  const sources = await Promise.all(
    target.sources.map(async (source) => ({
      name: source.name,
      looked: await attempt(`source ${source.name}`, () => readSourceStatus(source, { kafka: asked, hasKafka })),
    })),
  );
  const contents = integration?.found ?? null;
  const { ledger = null, connections = [], credits = [], parked = [], channels = [] } = contents ?? {};
  const { holds = [], throttles = [] } = contents ?? {};
  const looked = sources.map(({ name, looked: { found } }) => ({ name, status: found }));
  const parts = [
    ...sources.map(({ looked: { part } }) => part),
    mapper.part,
    ...(integration === null ? [] : [integration.part]),
    ...services,
  ];
  const now = Date.now();
  const found = {
    parts,
    flow: flowOf({ sources: looked, mapper: mapper.found, ledger, now }),
    slots: looked.flatMap(({ status }) => (status === null ? [] : [status.slot])),
    connections,
    credits,
    parked,
    setAside: ledger?.setAside ?? 0,
    channels,
    holds,
    throttles,
  };
  return {
    at: new Date(now).toISOString(),
    ...found,
    behindParked: ledger?.behindParked ?? 0,
    remarks: remarksOf(found),
  };
}

interface Attempted<T> {
  readonly part: PartReached;
  readonly found: T | null;
}

async function attempt<T>(part: string, work: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { part: { part, reached: true, reason: null }, found: await work() };
  } catch (error) {
    return { part: { part, reached: false, reason: errorFields(error).reason }, found: null };
  }
}

async function readContents(url: string): Promise<Contents> {
  // A pool would give the driver's own error where nobody answers.
  await (await connectClient({ url, applicationName: 'causeway-status' })).end();
  const db = createDatabase<IntegrationDatabase>(createPool({ url, max: 3, applicationName: 'causeway-status' }));
  try {
    return await readAll(db);
  } finally {
    await db.destroy();
  }
}

async function readAll(db: Kysely<IntegrationDatabase>): Promise<Contents> {
  const [ledger, connections, credits, parked, channels, holds, throttles] = await Promise.all([
    readLedgerStatus(db),
    readConnections(db),
    readCredits(db),
    readParkedReasons(db),
    listChannels(db),
    readHolds(db),
    readThrottles(db),
  ]);
  return { ledger, connections, credits, parked, channels, holds, throttles };
}

/** A service that answers is reached; one that is not ready says why. */
async function askService({ name, url }: StatusTarget['services'][number]): Promise<PartReached> {
  const { part, found } = await attempt(name, () => fetch(`${url}/ready`, { signal: AbortSignal.timeout(3000) }));
  if (found === null || found.ok) return part;
  return { ...part, reason: `not ready: ${await found.text()}` };
}
