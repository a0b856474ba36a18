/** The CRM turns more than a week silently into one hour (reference 7.1). */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** A channel is renewed once half of its life is over, so that a day's trouble does not silence it. */
const RENEW_AFTER = 0.5;

/** How often the CRM is asked which channels it has: a channel that it forgot is silent for that long at most. */
const CHECK_MS = 15 * 60_000;

/** Whether it is time to ask, by when it was last seen to have each channel. */
export function checkIsDue(given: { readonly confirmed: readonly (Date | null)[]; readonly now: Date }): boolean {
  return given.confirmed.some((at) => at === null || given.now.getTime() - at.getTime() >= CHECK_MS);
}

/** When a channel that is subscribed now shall expire; a minute below the maximum, since clocks differ. */
export function expiryFor(now: Date, lifeMs: number): Date {
  return new Date(now.getTime() + Math.min(lifeMs, LONGEST_MS - 60_000));
}

/** What is to be done about a channel. Its life is the one that the CRM granted, which may be shorter than what was asked for. */
export function renewalOf(given: {
  readonly subscribedAt: Date | null;
  readonly expiresAt: Date | null;
  /** The CRM was told something else (another address, token, field), or somebody asks for it. */
  readonly changed: boolean;
  readonly now: Date;
}): 'subscribe' | 'renew' | 'nothing' {
  const { subscribedAt, expiresAt, changed, now } = given;
  if (subscribedAt === null || expiresAt === null || expiresAt <= now) return 'subscribe';
  const lifeMs = expiresAt.getTime() - subscribedAt.getTime();
  const livedMs = now.getTime() - subscribedAt.getTime();
  return changed || livedMs >= lifeMs * RENEW_AFTER ? 'renew' : 'nothing';
}
