import type { Kysely } from 'kysely';
import { mendParkedMarks, putAudit } from '#ledger';
import { errorFields } from '#observability';
import { connectClient, createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';
import { askKeeper } from '../return/channels.report.ts';
import { withSource } from '../slot/source.client.ts';
import { createTopics, readTopics } from '../topics/topics.service.ts';
import type { DoctorTarget } from './doctor.target.ts';
import type { Finding, Fix } from './finding.ts';

/** What came of one fix. */
export interface Fixed {
  readonly fix: Fix;
  /** The finding that it is about. */
  readonly check: string;
  readonly done: boolean;
  /** What was done, or why not. */
  readonly detail: string;
}

/** How long the CRM may take to renew a channel. Milliseconds. */
const RENEWAL = 30_000;

type FixTarget = DoctorTarget & { readonly integration: NonNullable<DoctorTarget['integration']> };

/**
 * Does what is safe about findings, each with an audit row that names it. One that fails stops no other.
 * @throws CausewayError `POSTGRES_UNREACHABLE` when there is no place for the audit: nothing was done then
 */
export async function fixFindings(
  target: FixTarget,
  findings: readonly Finding[],
  operator: Operator,
): Promise<Fixed[]> {
  const { url } = target.integration;
  await (await connectClient({ url, applicationName: 'causeway-doctor' })).end();
  const db = createDatabase<IntegrationDatabase>(createPool({ url, max: 1, applicationName: 'causeway-doctor' }));
  try {
    const done: Fixed[] = [];
    for (const { check, fix } of findings) {
      if (fix === undefined) continue;
      const result = await attempt(() => apply({ target, db }, fix, operator));
      const details = { fix: fix.name, of: fix.of, done: result.done };
      await putAudit(db, [{ ...operator, verb: 'doctor fix', details }]);
      done.push({ fix, check, ...result });
    }
    return done;
  } finally {
    await db.destroy();
  }
}

type Result = Pick<Fixed, 'done' | 'detail'>;

async function attempt(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return { done: false, detail: errorFields(error).reason };
  }
}

async function apply(
  { target, db }: { readonly target: FixTarget; readonly db: Kysely<IntegrationDatabase> },
  { name, of }: Fix,
  operator: Operator,
): Promise<Result> {
  switch (name) {
    case 'topics-create': {
      const missing = (await readTopics(target)).filter(({ status }) => status === 'missing');
      const made = await createTopics(target, missing, operator);
      return { done: true, detail: `created ${made.join(', ')}` };
    }
    case 'outbox-partitions':
      return ensurePartitions(target, of);
    case 'channel-renewal': {
      const [channel] = await askKeeper(db, { id: of, what: 'renew', timeoutMs: RENEWAL, operator });
      if (channel?.done === true) return { done: true, detail: `renewed until ${channel.expiresAt ?? '?'}` };
      return { done: false, detail: 'asked for, and the webhook service has not done it yet' };
    }
    case 'parked-marks': {
      const { marked, cleared } = await mendParkedMarks(db);
      return { done: true, detail: `${marked} marked, ${cleared} freed` };
    }
    default:
      return name satisfies never;
  }
}

async function ensurePartitions({ sources }: FixTarget, name: string): Promise<Result> {
  const source = sources.find((found) => found.name === name);
  if (source === undefined) return { done: false, detail: `there is no source ${name}` };
  return withSource(source, async (client) => {
    const { rows } = await client.query<{ made: string }>('select outbox.ensure_partitions() as made');
    return {
      done: true,
      detail: rows.length === 0 ? 'all were there' : `made ${rows.map(({ made }) => made).join(', ')}`,
    };
  });
}
