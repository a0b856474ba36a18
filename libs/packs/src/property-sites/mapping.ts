import { defineMapping } from '#mapping';
import { events } from './events.ts';
import { activityRecorded } from './fold/activity.fold.ts';
import { planSelected } from './fold/plan-selected.fold.ts';
import { settled } from './fold/settled.fold.ts';
import { signedUp } from './fold/sign-up.fold.ts';
import { activated, canceled, trialExpired } from './fold/subscription.fold.ts';
import { trialEnding } from './fold/trial-ending.fold.ts';
import { websiteConfigured, websiteLive } from './fold/website.fold.ts';
import { userId } from './payload.kinds.ts';
import { project } from './projection/projection.ts';
import { timers } from './schedule.ts';
import { settingsSchema } from './settings.ts';
import { pipelines, scopes, setup } from './setup.ts';
import { initial } from './state.ts';

/** Sign-ups of a website builder: a Lead with true status, score and trial dates, a Deal for each subscription, a Contact for who pays. */
export const mapping = defineMapping({
  name: 'property-sites',
  product: 'sites',
  version: 1,
  destination: 'zoho-crm',
  topics: ['user'],
  aggregateId: userId,
  events,
  initial,
  settings: settingsSchema,
  fold: {
    'user.signed_up': settled(signedUp),
    'website.configured': settled(websiteConfigured),
    'website.live': settled(websiteLive),
    'subscription.plan_selected': settled(planSelected),
    'activity.recorded': settled(activityRecorded),
    'trial.ending': settled(trialEnding, { countdown: true }),
    'subscription.activated': settled(activated),
    'subscription.canceled': settled(canceled),
    'trial.expired': settled(trialExpired),
  },
  project,
  timers,
  setup,
  pipelines,
  scopes,
});
