import { sql, type Kysely } from 'kysely';
import { transaction, type IntegrationDatabase } from '#postgres';
import { COMMANDS_CHANNEL } from '../command/command.insert.ts';

/** Rows that one statement changes: its locks last a fraction of a second. */
const BATCH = 5000;

export interface MendedMarks {
  /** Commands that wait behind a parked one and were not marked so: they were added at the moment when it was parked. */
  readonly marked: number;
  /** Commands that were marked and wait behind none. There are none unless somebody changed rows past the triggers. */
  readonly cleared: number;
}

/**
 * Puts the marks of commands that wait behind a parked one right. Triggers and inserts keep them (migration 0013_behind_parked): a mark
 * that is missing costs each claim a look at the command, and one too many would leave it waiting.
 */
export async function mendParkedMarks(db: Kysely<IntegrationDatabase>, batch = BATCH): Promise<MendedMarks> {
  const mended = { marked: 0, cleared: 0 };
  for (const what of ['marked', 'cleared'] as const) {
    for (let found = batch; found === batch; mended[what] += found) {
      found = await transaction(db, async (trx) => {
        const { rows } = await (what === 'marked' ? markMissing(batch) : clearWrong(batch)).execute(trx);
        if (what === 'cleared' && rows.length > 0) await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
        return rows.length;
      });
    }
  }
  return mended;
}

/** The row of the parked command is held meanwhile, so that who lets it go on clears what is marked here. */
const markMissing = (batch: number) => sql`
  update ledger.commands c set behind_parked = true
   where c.id in (
     select f.id
       from ledger.commands f
       join ledger.commands p
         on p.connection_id = f.connection_id and p.record_key = f.record_key and p.state = 'parked' and p.id < f.id
      where f.state = 'ready' and not f.behind_parked
      limit ${batch}
        for share of p skip locked
        for update of f skip locked)
  returning c.id`;

const clearWrong = (batch: number) => sql`
  update ledger.commands c set behind_parked = false
   where c.id in (
     select f.id from ledger.commands f
      where f.state in ('ready', 'in_flight', 'unknown') and f.behind_parked
        and not exists (
          select 1 from ledger.commands p
           where p.connection_id = f.connection_id and p.record_key = f.record_key and p.state = 'parked'
          offset 0)
      limit ${batch}
        for update of f skip locked)
  returning c.id`;
