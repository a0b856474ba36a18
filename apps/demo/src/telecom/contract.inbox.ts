import type { Transaction } from 'kysely';
import type { CausewayEvent, Json } from '#contracts';
import { emit } from '#outbox';
import { crmReturnOf, type CrmReturn, type StageChange } from './crm.return.ts';
import { TRANSITIONS } from './stage.transition.ts';
import type { TelecomDatabase } from './telecom.tables.ts';

type Trx = Transaction<TelecomDatabase>;

/** A row of `crm_conflicts` but for what all events say of who and when. */
interface Contested {
  readonly record: string;
  readonly field: string;
  readonly productValue: Json;
  readonly crmValue: Json;
  readonly restored: boolean;
}

/**
 * What people did in the CRM, applied to the product's contracts in the transaction given, in which the inbox notes the events: a move that
 * is legal changes the contract and is answered in the outbox; one that is not, and each edit of what is the product's, is kept in
 * `crm_conflicts` for its staff.
 */
export async function applyReturns(trx: Trx, events: readonly CausewayEvent[]): Promise<void> {
  for (const event of events) {
    const told = crmReturnOf(event);
    if (told !== null) await applyReturn(trx, { event, told });
  }
}

async function applyReturn(trx: Trx, { event, told }: { event: CausewayEvent; told: CrmReturn }): Promise<void> {
  const { data } = told;
  switch (told.type) {
    case 'crm.deal.stage_changed':
      return moveContract(trx, { event, move: told.data });
    case 'crm.deal.stage_refused': {
      const { contract_number: number, restored_stage: productValue, stage: crmValue, restored } = told.data;
      return keep(trx, data, { record: `Deals/${number}`, field: 'Stage', productValue, crmValue, restored });
    }
    case 'crm.deal.deleted':
    case 'crm.deal.restored': {
      const missing = { crm_missing: told.type === 'crm.deal.deleted' };
      await trx.updateTable('contracts').set(missing).where('id', '=', told.data.contract_id).execute();
      return;
    }
    default: {
      const { field, product_value: productValue, crm_value: crmValue, restored } = told.data;
      return keep(trx, data, { record: recordOf(told.data), field, productValue, crmValue, restored });
    }
  }
}

/** Carries a move out if the contract allows it, and tells that it came from the CRM: its sender knows the move by its number. */
async function moveContract(trx: Trx, { event, move }: { event: CausewayEvent; move: StageChange }): Promise<void> {
  const { from, unsigned, eventType, timeKey } = TRANSITIONS[move.contract_status];
  const { numUpdatedRows } = await trx
    .updateTable('contracts')
    .set({ status: move.contract_status, crm_stage: move.stage })
    .where('id', '=', move.contract_id)
    .where('status', 'in', from)
    .$if(unsigned, (query) => query.where('signed_on', 'is', null))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return keepIllegal(trx, move);
  const { customer_id, contract_number } = move;
  const { traceparent } = event;
  await emit(trx, {
    aggregateType: 'contract',
    aggregateId: move.contract_id,
    eventType,
    partitionKey: customer_id,
    tenantId: event.tenantId,
    payload: {
      customer_id,
      contract_number,
      cause: 'crm',
      move: move.move,
      ...(timeKey === null ? {} : { [timeKey]: move.changed_at }),
    },
    ...(traceparent === undefined ? {} : { headers: { traceparent } }),
  });
}

/** The product moved on meanwhile, or does not know the contract: nothing is told, and people see it. */
async function keepIllegal(trx: Trx, move: StageChange): Promise<void> {
  const contract = await trx
    .selectFrom('contracts')
    .select('status')
    .where('id', '=', move.contract_id)
    .executeTakeFirst();
  const record = `Deals/${move.contract_number}`;
  const productValue = contract?.status ?? null;
  await keep(trx, move, { record, field: 'Stage', productValue, crmValue: move.stage, restored: false });
}

async function keep(
  trx: Trx,
  by: Pick<StageChange, 'changed_by' | 'changed_at'>,
  { record, field, productValue, crmValue, restored }: Contested,
): Promise<void> {
  const values = {
    product_value: jsonText(productValue),
    crm_value: jsonText(crmValue),
    changed_by: jsonText(by.changed_by),
  };
  await trx
    .insertInto('crm_conflicts')
    .values({ record, field, restored, changed_at: by.changed_at, ...values })
    .execute();
}

function jsonText(value: Json | StageChange['changed_by']): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** As the product names the record. */
function recordOf(data: Extract<CrmReturn['data'], { field: string }>): string {
  const name =
    'contract_number' in data ? data.contract_number : 'quote_number' in data ? data.quote_number : data.customer_id;
  return `${data.module}/${name}`;
}
