import { isLost } from '../derived.ts';
import type { Ending } from '../events.ts';
import type { SitesFold } from './settled.fold.ts';

/** An entry of the schedule: it only ever brings the countdown nearer. */
export const trialEnding: SitesFold<Ending> = (state, { data }, tools) => {
  if (state.phase === 'customer') return tools.ignored('customer');
  if (isLost(state)) return tools.ignored('lost');
  const { trial_end_date: end, days_left: days } = data;
  if (state.trialEnd !== null && state.trialEnd !== end) return tools.ignored('other_trial_end');
  const set = state.trialEnd === null ? ({ trialEnd: end, trialEndBy: 'countdown' } as const) : {};
  return { ...state, ...set, daysLeft: Math.min(state.daysLeft ?? days, days) };
};
