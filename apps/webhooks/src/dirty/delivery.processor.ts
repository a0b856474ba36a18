import { sql, type Kysely } from 'kysely';
import type { Logger } from '#observability';
import { transaction, type IntegrationDatabase } from '#postgres';
import { faultPoint } from '../fault.points.ts';
import { parseBody } from '../ingest/notification.schema.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import { markDirty, type DirtyMark } from './dirty.store.ts';

export interface DeliveryProcessorOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
  /** Called after records were marked. */
  readonly onMarked: () => void;
}

interface DeliveryRow {
  id: string;
  connection_id: string;
  module: string | null;
  body: Buffer;
}

/** Deliveries at a time. */
const BATCH = 500;

/** Turns stored notifications into marks in the dirty set, in one transaction. False when there was none. */
export async function processDeliveries(options: DeliveryProcessorOptions): Promise<boolean> {
  const { db, logger, metrics } = options;
  const unreadable = await transaction(db, async (trx) => {
    const { rows } = await sql<DeliveryRow>`
      select d.id::text, d.connection_id, c.module, d.body
        from webhooks.deliveries d
        left join webhooks.channels c on c.id = d.channel_id
       where d.processed_at is null
       order by d.id limit ${BATCH} for update of d skip locked`.execute(trx);
    if (rows.length === 0) return null;
    const read = rows.map((row) => ({ row, marks: marksOf(row) }));
    await markDirty(
      trx,
      read.flatMap(({ marks }) => marks ?? []),
    );
    const failed = read.filter(({ marks }) => marks === null).map(({ row }) => row.id);
    await sql`
      update webhooks.deliveries
         set processed_at = clock_timestamp(),
             code = case when id = any(${failed}::bigint[]) then 'NOTIFICATION_UNREADABLE' end
       where id = any(${rows.map((row) => row.id)}::bigint[])`.execute(trx);
    return failed;
  });
  if (unreadable === null) return false;
  faultPoint('notifications marked');
  for (const deliveryId of unreadable) {
    metrics.unreadable.inc();
    logger.warn({ code: 'NOTIFICATION_UNREADABLE', deliveryId }, 'a notification cannot be read; its body is kept');
  }
  options.onMarked();
  return true;
}

/**
 * The records that a notification names. They belong to the connection and module of its channel, whatever the body
 * says: a notification for one tenant's channel can never touch another's record.
 */
function marksOf({ connection_id: connectionId, module, body }: DeliveryRow): DirtyMark[] | null {
  const parsed = parseBody(body);
  if (parsed.kind !== 'notification' || module === null || parsed.notification.module !== module) return null;
  return parsed.notification.ids.map((recordId) => ({ connectionId, module, recordId, reason: 'notification' }));
}
