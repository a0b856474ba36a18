import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { putAudit } from '#ledger';
import type { Mapping } from '#mapping';
import type { Operator } from '#operations';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { KeySelection } from '../key.selection.ts';
import { applyPlan } from '../plan.apply.ts';
import { batchesOf, costOfBatches } from '../plan.batches.ts';
import { makePlan, type Plan } from '../plan.maker.ts';
import { savePlan } from '../plan.store.ts';
import type { PlannedRecord } from '../plan.types.ts';
import { forceReading, readLastKnown } from './drift.knowledge.ts';
import { actionFor, causeOf, type DriftCause } from './reconcile.policy.ts';
import { findStrangers } from './stranger.search.ts';
import type { DriftExample, ReconcileSources } from './reconcile.types.ts';

const MOST_EXAMPLES = 100;

export interface ReconcileRequest {
  readonly mapping: Mapping;
  readonly selection: KeySelection;
  readonly operator: Operator;
  /** Put right what is little; else it is only said, and kept as a plan. */
  readonly repair: boolean;
}

/** What a run found and did (packs/learning.md section 9). */
export interface ReconcileReport {
  readonly runId: string;
  readonly scope: 'all' | 'chosen';
  /** RFC 3339. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly compared: number;
  readonly busy: number;
  readonly equal: number;
  readonly missing: number;
  readonly different: number;
  readonly deletedByPerson: number;
  readonly unknownUser: number;
  readonly probableDuplicates: number;
  /** Missing and different ones, of those compared. */
  readonly share: number;
  readonly byField: Readonly<Record<string, number>>;
  readonly byCause: Readonly<Partial<Record<DriftCause, number>>>;
  readonly action: 'repaired' | 'nothing_to_do' | 'waiting_for_approval' | 'stopped';
  readonly repaired: number;
  /** Of this run: reading, and what was written. */
  readonly credits: number;
  /** The plan in which what is to be repaired stands; null: there is none. */
  readonly plan: string | null;
  readonly examples: readonly DriftExample[];
}

interface JudgedRecord {
  readonly key: string;
  readonly record: PlannedRecord;
  readonly cause: DriftCause | null;
  readonly examples: readonly DriftExample[];
}

/**
 * Compares the CRM with the states of a mapping, names what differs and why, and puts it right while it is little. What a person edited
 * in a module that has a way back goes the way of every edit: the product is told, and what it says is written again. Nobody else is told.
 */
export async function reconcile(sources: ReconcileSources, request: ReconcileRequest): Promise<ReconcileReport> {
  const { db } = sources;
  const { mapping, selection, operator, repair } = request;
  const startedAt = new Date();
  const plan = await makePlan(sources, { kind: 'reconcile', mapping, selection });
  const judged = await judge(db, plan);
  const isWhole = Object.keys(selection).length === 0;
  const strangers = isWhole
    ? await findStrangers(sources, { mapping, plan })
    : { unknown: [], duplicates: [], calls: 0 };
  const { left } = plan.totals;
  const rejected = left.parked ?? 0;
  const missing = judged.filter(({ record }) => record.action === 'create').length;
  const different = judged.length - missing + rejected;
  const action = actionFor({ wrong: missing + different, compared: plan.totals.compared });
  const forced = judged.filter((one) => isEdit(mapping, one));
  const written = withoutRecords(plan, new Set(forced.map(({ record }) => record)));
  const done = await act(
    { ...sources, action: repair ? action : 'waiting_for_approval' },
    { written, forced, operator },
  );
  const counts = (of: readonly string[]): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(of, (each) => each)].map(([name, all]) => [name, all.length]));
  const causes = judged.flatMap(({ cause }) => cause ?? []);
  return {
    runId: randomUUID(),
    scope: isWhole ? 'all' : 'chosen',
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    compared: plan.totals.compared,
    busy: left.busy ?? 0,
    equal: plan.totals.equal,
    missing,
    different,
    deletedByPerson: (left.deleted_by_person ?? 0) + (left.gone ?? 0),
    unknownUser: strangers.unknown.length,
    probableDuplicates: strangers.duplicates.length,
    share: plan.totals.compared === 0 ? 0 : Math.round(((missing + different) / plan.totals.compared) * 1000) / 1000,
    byField: plan.totals.byField,
    byCause: counts([...causes, ...Array.from({ length: rejected }, () => 'rejected')]),
    ...done,
    credits: plan.readCalls + strangers.calls + done.credits,
    examples: [...judged.flatMap(({ examples }) => examples), ...strangers.unknown, ...strangers.duplicates].slice(
      0,
      MOST_EXAMPLES,
    ),
  };
}

async function judge(db: Kysely<IntegrationDatabase>, { batches }: Plan): Promise<JudgedRecord[]> {
  const all = batches.flat().flatMap((key) => key.records.map((record) => ({ key: key.key, record })));
  const judged: JudgedRecord[] = [];
  for (const [connectionId, own] of Map.groupBy(all, ({ record }) => record.connectionId)) {
    const known = await readLastKnown(db, { connectionId, recordKeys: own.map(({ record }) => record.recordKey) });
    for (const { key, record } of own) {
      const isMissing = record.action === 'create';
      const examples = record.differences.map(({ field, before, after }): DriftExample => {
        const cause = isMissing ? 'never_sent' : causeOf(after, known.get(record.recordKey)?.get(field));
        const finding = isMissing ? 'missing' : 'different';
        return { key, record: record.recordKey, finding, field, crm: before, product: after, cause };
      });
      judged.push({ key, record, cause: worstOf(examples.flatMap(({ cause }) => cause ?? [])), examples });
    }
  }
  return judged;
}

const WORST: readonly DriftCause[] = ['unexplained', 'rejected', 'edited_by_person', 'never_sent'];

/** The cause that a person should hear of first. */
function worstOf(causes: readonly DriftCause[]): DriftCause | null {
  return WORST.find((cause) => causes.includes(cause)) ?? null;
}

function isEdit({ returns }: Mapping, { record, cause }: JudgedRecord): boolean {
  return (
    cause === 'edited_by_person' && record.recordId !== null && returns?.modules[record.command.module] !== undefined
  );
}

function withoutRecords(plan: Plan, records: ReadonlySet<PlannedRecord>): Plan {
  const keys = plan.batches
    .flat()
    .map((key) => ({ ...key, records: key.records.filter((record) => !records.has(record)) }))
    .filter((key) => key.records.length > 0);
  const batches = batchesOf(keys);
  return { ...plan, batches, totals: { ...plan.totals, ...costOfBatches(batches) } };
}

type Done = Pick<ReconcileReport, 'action' | 'repaired' | 'credits' | 'plan'>;

async function act(
  { action, ...sources }: ReconcileSources & { readonly action: ReturnType<typeof actionFor> },
  work: { readonly written: Plan; readonly forced: readonly JudgedRecord[]; readonly operator: Operator },
): Promise<Done> {
  const { written, forced, operator } = work;
  const nothing = written.batches.length + forced.length === 0;
  if (nothing || action === 'nothing_to_do') return { action: 'nothing_to_do', repaired: 0, credits: 0, plan: null };
  const plan = written.batches.length === 0 ? null : await savePlan(sources.db, written, operator);
  if (action === 'waiting_for_approval') return { action, repaired: 0, credits: 0, plan };
  const edits = await transaction(sources.db, async (trx) => {
    const records = forced.map(({ record }) => ({ ...record, recordId: record.recordId ?? '' }));
    await putAudit(
      trx,
      records.map(({ connectionId, recordKey, differences }) => ({
        ...operator,
        verb: 'reconcile',
        connectionId,
        recordKey,
        details: { fields: differences.map(({ field }) => field) },
      })),
    );
    return forceReading(trx, records);
  });
  if (plan === null) return { action: 'repaired', repaired: edits, credits: 0, plan };
  const { stop, commands } = await applyPlan(sources, plan, operator);
  const credits = written.totals.credits + written.totals.checkCredits;
  return { action: stop === null ? 'repaired' : 'stopped', repaired: edits + commands, credits, plan };
}
