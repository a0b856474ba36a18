import type { CrmRecord } from '#cases';
import type { CrmWrite } from '../support/crm.world.ts';
import type { Findings } from './campaign.checker.ts';

/** What each user of a round has in the ledger: a parked write of score 1, then one of score 2; of some a note behind both. */
export interface RedrivenUser {
  readonly id: number;
  readonly hasNote: boolean;
}

export const IDENTITY = 'PWB_User_ID';
export const SCORE = 'Lead_Score';
const SCORES = [1, 2];
const EXAMPLES = 10;

export interface RedriveObservation {
  readonly users: readonly RedrivenUser[];
  readonly leads: readonly CrmRecord[];
  readonly notes: readonly CrmRecord[];
  /** Writes of the round that took effect, in their order. */
  readonly writes: readonly CrmWrite[];
}

/** Compares the CRM with what was parked: every record once, its two values in their order, every note once. */
export function checkRedrive({ users, leads, notes, writes }: RedriveObservation): Findings {
  const found = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  const examples: string[] = [];
  const count = (kind: keyof typeof found, what: string): void => {
    found[kind] += 1;
    if (examples.length < EXAMPLES) examples.push(`${kind}: ${what}`);
  };
  const byUser = Map.groupBy(leads, (lead) => Number(lead[IDENTITY]));
  const scores = scoresByRecord(writes);
  const titles = Map.groupBy(notes, ({ Note_Title: title }) => String(title));
  for (const { id, hasNote } of users) {
    const own = byUser.get(id) ?? [];
    const [lead] = own;
    if (lead === undefined) count('lost', `the Lead of ${id}`);
    else {
      if (own.length > 1) count('doubled', `the Lead of ${id}`);
      if (lead[SCORE] !== SCORES.at(-1)) count('wrong', `the score of ${id}: ${String(lead[SCORE])}`);
      const seen = scores.get(lead.id) ?? [];
      if (JSON.stringify(seen) !== JSON.stringify(SCORES))
        count('misordered', `the scores of ${id}: ${seen.join(', ')}`);
    }
    const noted = titles.get(noteTitle(id))?.length ?? 0;
    if (hasNote && noted === 0) count('lost', `the note of ${id}`);
    if (noted > (hasNote ? 1 : 0)) count('doubled', `the note of ${id}`);
  }
  return { ...found, examples };
}

export function noteTitle(id: number): string {
  return `Redriven ${id}`;
}

/** The values that the score of each record had, one after another. */
function scoresByRecord(writes: readonly CrmWrite[]): Map<string, unknown[]> {
  const scores = new Map<string, unknown[]>();
  for (const { module, id, fields } of writes) {
    const own = scores.get(id) ?? [];
    const score = fields[SCORE] ?? null;
    if (module === 'Leads' && score !== null && score !== own.at(-1)) scores.set(id, [...own, score]);
  }
  return scores;
}
