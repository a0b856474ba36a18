import { addDays, type Timer } from '#mapping';
import { isLost } from './derived.ts';
import type { State } from './state.ts';

/** Days before the end of the trial on which sales and the product are reminded, at eight in the morning (UTC). */
const DAYS_BEFORE = [3, 2, 1, 0] as const;

/** The countdown of a trial. A day that was missed is made up for on that day only. */
export function timers({ tracked, phase, trialEnd, userId, ...rest }: State): Timer[] {
  if (!tracked || phase !== 'lead' || trialEnd === null || isLost(rest)) return [];
  return DAYS_BEFORE.map((days) => {
    const day = addDays(trialEnd, -days);
    return {
      name: `trial.ending:${userId}:${trialEnd}:${days}`,
      type: 'trial.ending',
      subject: userId,
      at: `${day}T08:00:00Z`,
      until: `${addDays(day, 1)}T00:00:00Z`,
      data: { days_left: days, trial_end_date: trialEnd },
    };
  });
}
