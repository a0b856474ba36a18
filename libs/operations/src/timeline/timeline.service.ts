import type { Kysely } from 'kysely';
import { putAudit } from '#ledger';
import type { IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';
import { readLifelineRows } from './lifeline.query.ts';
import { stepsOf } from './lifeline.steps.ts';
import type { Lifeline, LifelineEntity, LifelineRecord, OwnMapping } from './lifeline.types.ts';

/** Steps that are shown unless more are asked for. */
const MOST = 200;

export interface TimelineQuery extends LifelineEntity {
  readonly mappings: readonly OwnMapping[];
  /** Most steps, the newest ones. Default 200. */
  readonly limit?: number;
  /** Shows values, which may be personal data; who asked for them, and why, stands in the audit of each record. */
  readonly values?: Operator;
}

/**
 * What happened to one entity of a product on its way to the CRM and back, oldest first, in one query: events and folds with what they
 * changed, commands with their fields, calls with outcome and credits, links, notifications, readings, people's edits, operators' acts.
 */
export async function readTimeline(db: Kysely<IntegrationDatabase>, query: TimelineQuery): Promise<Lifeline> {
  const { product, entityId, tenantId, mappings, limit = MOST, values } = query;
  const entity = { product, entityId, tenantId };
  const rows = await readLifelineRows(db, { ...entity, mappings, limit });
  const records = rows.records.map((record): LifelineRecord => {
    const { since, until, lostAt, ...rest } = record;
    return { ...rest, since: new Date(since), until: dateOf(until), lostAt: dateOf(lostAt) };
  });
  const all = stepsOf(rows, { withValues: values !== undefined });
  if (values !== undefined) await noteLook(db, { entity, records, operator: values, verb: 'timeline' });
  const isFull = [rows.commands, rows.folds, rows.readings].some(({ length }) => length >= limit);
  return { ...entity, records, steps: all.slice(-limit), isCut: isFull || all.length > limit };
}

export interface Look {
  readonly entity: LifelineEntity;
  readonly records: readonly { readonly connectionId: string; readonly recordKey: string }[];
  readonly operator: Operator;
  readonly verb: string;
}

/** Writes down that somebody looked at values: with each record of the entity, so that its own lifeline says so. */
export async function noteLook(
  db: Kysely<IntegrationDatabase>,
  { entity, records, operator, verb }: Look,
): Promise<void> {
  const { product, entityId, tenantId } = entity;
  const details = { product, entity_id: entityId, tenant_id: tenantId };
  const about = { ...operator, verb: `${verb} --values`, details };
  const distinct = [
    ...new Map(records.map((record) => [JSON.stringify([record.connectionId, record.recordKey]), record])).values(),
  ];
  const entries = distinct.map(({ connectionId, recordKey }) => ({ ...about, connectionId, recordKey }));
  await putAudit(db, entries.length === 0 ? [about] : entries);
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
