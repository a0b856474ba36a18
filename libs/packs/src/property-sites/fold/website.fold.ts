import { addDays } from '#mapping';
import type { Configured, Live } from '../events.ts';
import { planOf } from '../plan.values.ts';
import type { State } from '../state.ts';
import type { SitesFold } from './settled.fold.ts';

const OTHER_INDUSTRY = 'Real Estate';

export const websiteConfigured: SitesFold<Configured> = (state, { data, time }) => {
  const { plan } = data;
  const trialStart = state.trialStart ?? time.slice(0, 10);
  return {
    ...state,
    configured: true,
    websiteId: data.website_id ?? state.websiteId,
    subdomain: data.subdomain ?? state.subdomain,
    industry: data.site_type ?? state.industry ?? OTHER_INDUSTRY,
    plan: plan == null ? state.plan : planOf(plan),
    trialStart,
    ...trialEndOf(state, { trialStart, days: plan?.trial_days ?? null }),
  };
};

/** A subscription's own word on the trial counts for more. */
function trialEndOf(
  { trialEndBy }: State,
  told: { trialStart: string; days: number | null },
): Partial<Pick<State, 'trialEnd' | 'trialEndBy'>> {
  if (told.days === null || trialEndBy === 'subscription') return {};
  return { trialEnd: addDays(told.trialStart, told.days), trialEndBy: 'website' };
}

export const websiteLive: SitesFold<Live> = (state, { data, time }) => ({
  ...state,
  verifiedAt: state.verifiedAt ?? data.verified_at ?? time,
  company: data.company_display_name ?? state.company,
  subdomain: data.subdomain ?? state.subdomain,
  websiteId: data.website_id ?? state.websiteId,
});
