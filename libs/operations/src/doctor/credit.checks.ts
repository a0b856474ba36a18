import type { Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import { readCredits } from '../credits.report.ts';
import { note, ok, wrong, type Finding } from './finding.ts';

/** Whether there are credits of the CRM for the day. */
export async function checkCredits(db: Kysely<IntegrationDatabase>): Promise<Finding[]> {
  return (await readCredits(db)).map(({ connection, credits, used, left, exhaustedAt }) => {
    const check = `credits of ${connection}`;
    const action = 'See causeway credits status: which lane uses them; causeway throttle makes it slower.';
    if (credits === null) return ok(check, `${used} used; how many there are was not learned yet`);
    const detail = `${used} of ${credits} used`;
    if (left === 0) return wrong(check, detail, action);
    return exhaustedAt === null ? ok(check, detail) : note(check, `${detail}; used up at ${exhaustedAt}`, action);
  });
}
