import type { Failure, ZohoCalls } from '#zoho';
import { isBySecond, nextAfter, nextInSecond } from './sweep.policy.ts';
import type { SweepRun } from './sweep.types.ts';

/** The calls that a sweep makes. Never search: its index lags behind (reference 0.8). */
export type SweepReader = Pick<ZohoCalls, 'listModifiedSince' | 'changedInSecond' | 'deleted'>;

export interface ListedChange {
  readonly id: string;
  /** Epoch milliseconds; null where the CRM does not say. */
  readonly changedAt: number | null;
}

export type SweepPage =
  | {
      readonly kind: 'page';
      readonly changes: readonly ListedChange[];
      /** Where it goes on; null: this half is through. */
      readonly next: Pick<SweepRun, 'since' | 'next'> | null;
    }
  | Failure;

/** A converted Lead is left out of lists unless it is asked for (reference 2.5). */
const WITH_CONVERTED: ReadonlySet<string> = new Set(['Leads']);

/** One page of what changed, oldest first, or of what was deleted. */
export async function readPage(client: SweepReader, module: string, run: SweepRun): Promise<SweepPage> {
  return run.phase === 'modified' ? modified(client, module, run) : deleted(client, module, run);
}

async function modified(client: SweepReader, module: string, run: SweepRun): Promise<SweepPage> {
  const { next } = run;
  if (isBySecond(next)) return ofSecond(client, module, { ...run, next });
  const answer = await client.listModifiedSince(module, {
    since: run.since,
    fields: ['id'],
    ...(next === null ? {} : { next }),
    ...(WITH_CONVERTED.has(module) ? { converted: 'both' as const } : {}),
  });
  if (answer.kind !== 'ok') return answer;
  const changes = answer.records.map((record) => ({ id: record.id, changedAt: timeOf(record['Modified_Time']) }));
  const times = changes.flatMap(({ changedAt }) => changedAt ?? []);
  return { kind: 'page', changes, next: nextAfter(run, { ...answer, times }) };
}

async function ofSecond(
  client: SweepReader,
  module: string,
  run: SweepRun & { readonly next: { readonly afterId: string } },
): Promise<SweepPage> {
  const answer = await client.changedInSecond(module, { at: run.since, afterId: run.next.afterId });
  if (answer.kind !== 'ok') return answer;
  const changes = answer.records.map((record) => ({ id: record.id, changedAt: timeOf(record['Modified_Time']) }));
  const lastId = answer.records.at(-1)?.id ?? null;
  return { kind: 'page', changes, next: nextInSecond(run, { lastId, more: answer.more }) };
}

async function deleted(client: SweepReader, module: string, run: SweepRun): Promise<SweepPage> {
  const page = run.next !== null && 'page' in run.next ? run.next.page : 1;
  const answer = await client.deleted(module, { since: run.since, page });
  if (answer.kind !== 'ok') return answer;
  const changes = answer.records.map(({ id, deletedAt }) => ({ id, changedAt: deletedAt }));
  const { nextPage } = answer;
  return { kind: 'page', changes, next: nextPage === null ? null : { since: run.since, next: { page: nextPage } } };
}

function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
