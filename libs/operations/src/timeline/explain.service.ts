import type { Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';
import { explanationOf, type FieldExplanation } from './field.explanation.ts';
import { readFieldRows } from './field.query.ts';
import type { LifelineEntity, OwnMapping } from './lifeline.types.ts';
import { noteLook } from './timeline.service.ts';

export interface ExplainQuery extends LifelineEntity {
  /** A field of the CRM: `Phone`, or `Leads.Phone` where several records of the entity have it. */
  readonly field: string;
  readonly mappings: readonly OwnMapping[];
  /** Shows the value, which may be personal data; who asked for it, and why, stands in the audit. */
  readonly values?: Operator;
}

export interface FieldAnswer {
  /** Null where no command and no person gave the field a value. */
  readonly explanation: FieldExplanation | null;
  /** Fields of the entity's records of which something is known. */
  readonly known: readonly string[];
}

/** Says why a field of an entity's record has its value: what gave it, what carried it, and when the CRM had it. One query. */
export async function explainField(db: Kysely<IntegrationDatabase>, query: ExplainQuery): Promise<FieldAnswer> {
  const { product, entityId, tenantId, mappings, values } = query;
  const entity = { product, entityId, tenantId };
  const dot = query.field.indexOf('.');
  const module = dot < 0 ? null : query.field.slice(0, dot);
  const field = query.field.slice(dot + 1);
  const rows = await readFieldRows(db, { ...entity, mappings, field, module });
  const explanation = explanationOf(rows, { field, withValues: values !== undefined });
  if (values !== undefined && explanation !== null)
    await noteLook(db, { entity, records: [explanation], operator: values, verb: 'explain' });
  return { explanation, known: rows.known };
}
