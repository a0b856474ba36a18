/** What an organisation may do: credits in a rolling 24 hours, and calls at the same time. */
export interface CallLimits {
  /** Null: not known, or without a cap. Then only the CRM's own refusals count. */
  readonly credits: number | null;
  /** Calls that may run at the same time, over everything that uses the same OAuth client (reference 5.2). */
  readonly concurrency: number;
}

/** Heavy calls at the same time, in every edition (reference 5.2). */
export const HEAVY_CONCURRENCY = 10;

/** What is assumed as long as nobody said which edition it is: the least of all (reference 5.2). */
export const UNKNOWN_LIMITS: CallLimits = { credits: null, concurrency: 5 };

interface Edition extends Pick<CallLimits, 'concurrency'> {
  readonly base: number;
  readonly perUser: number;
  /** Null: unlimited. */
  readonly cap: number | null;
}

/** Reference 5.1 and 5.2. `paid_type` has these words in it, alone or with others (`enterprise_trial`). */
const EDITIONS: readonly (readonly [name: string, Edition])[] = [
  ['ultimate', { base: 50_000, perUser: 2000, cap: null, concurrency: 25 }],
  ['crmplus', { base: 50_000, perUser: 2000, cap: null, concurrency: 25 }],
  ['enterprise', { base: 50_000, perUser: 1000, cap: 5_000_000, concurrency: 20 }],
  ['zohoone', { base: 50_000, perUser: 1000, cap: 5_000_000, concurrency: 20 }],
  ['professional', { base: 50_000, perUser: 500, cap: 3_000_000, concurrency: 15 }],
  ['standard', { base: 50_000, perUser: 250, cap: 100_000, concurrency: 10 }],
  ['starter', { base: 50_000, perUser: 250, cap: 100_000, concurrency: 10 }],
  ['free', { base: 5000, perUser: 0, cap: 5000, concurrency: 5 }],
];

/** The limits that an organisation's edition and users give; `UNKNOWN_LIMITS` for an edition that is not listed. */
export function editionLimits(org: { readonly paidType: string | null; readonly users: number | null }): CallLimits {
  const name = (org.paidType ?? '').toLowerCase().replaceAll(/[^a-z]/g, '');
  const found = EDITIONS.find(([word]) => name.includes(word))?.[1];
  if (found === undefined) return UNKNOWN_LIMITS;
  const credits = found.base + found.perUser * Math.max(0, org.users ?? 0);
  return { credits: Math.min(credits, found.cap ?? credits), concurrency: found.concurrency };
}
