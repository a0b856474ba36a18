import { sql, type Kysely } from 'kysely';
import { z } from 'zod';
import { decodeEvent, isCausewayError, type CausewayEvent } from '#contracts';
import { consume } from '#inbox';
import type { BatchRecord } from '#kafka';
import type { Logger } from '#observability';
import type { ProductDatabase } from '#postgres';

/** As far as the product reads `crm.lead.changed`. */
const changedSchema = z.object({
  user_id: z.string(),
  changes: z.object({ Lead_Status: z.object({ after: z.string().nullable() }).optional() }),
});

/** The product's inbox: what salespeople do with a Lead, kept beside its users, once for each event. */
export class LeadChangesService {
  readonly #db: Kysely<ProductDatabase>;
  readonly #logger: Logger;

  constructor(options: { readonly db: Kysely<ProductDatabase>; readonly logger: Logger }) {
    this.#db = options.db;
    this.#logger = options.logger;
  }

  async take(record: BatchRecord): Promise<void> {
    const event = this.#read(record);
    if (event?.type !== 'crm.lead.changed') return;
    const parsed = changedSchema.safeParse(event.data);
    if (!parsed.success) {
      this.#logger.warn({ eventId: event.id, code: 'EVENT_MALFORMED' }, 'an event was passed over');
      return;
    }
    const { user_id: userId, changes } = parsed.data;
    if (changes.Lead_Status === undefined) return;
    const status = changes.Lead_Status.after;
    await this.#db.transaction().execute((trx) =>
      consume(trx, { consumer: 'portal/crm-status', eventId: event.id }, async () => {
        await sql`update public.users set crm_status = ${status} where id = ${userId}`.execute(trx);
      }),
    );
  }

  #read(record: BatchRecord): CausewayEvent | null {
    try {
      return decodeEvent(record);
    } catch (error) {
      if (!isCausewayError(error)) throw error;
      this.#logger.warn({ topic: record.topic, offset: record.offset, code: error.code }, 'a record was passed over');
      return null;
    }
  }
}
