import { date, id, instant, integer, optional, optionalObject, required, text, textOf } from '#mapping';
import { z } from 'zod';
import { ip, numberId, planSchema, signUpEmail, siteType, status, subdomain } from './payload.kinds.ts';
import { fullName } from '#mapping';

const inNotes = textOf(200);
const told = textOf(255);

const signedUp = z.object({
  email: required(signUpEmail),
  full_name: optional(fullName),
  onboarding_state: optional(text),
  signed_up_at: optional(instant),
  ip: optional(ip),
  referrer: optional(told),
  utm_source: optional(told),
  utm_medium: optional(told),
  utm_campaign: optional(told),
});

const configured = z.object({
  website_id: optional(numberId),
  subdomain: optional(subdomain),
  site_type: optional(siteType),
  plan: optionalObject(planSchema),
});

const live = z.object({
  website_id: optional(numberId),
  subdomain: optional(subdomain),
  company_display_name: optional(textOf(100)),
  verified_at: optional(instant),
});

const planSelected = z.object({
  subscription_id: required(numberId),
  website_id: optional(numberId),
  plan: planSchema,
  status: optional(status),
  trial_ends_at: optional(date),
});

const details = z.object({
  title: optional(inNotes),
  reference: optional(inNotes),
  page_title: optional(inNotes),
  email: optional(inNotes),
  total_count: optional(integer({ min: 0, max: 999_999_999 })),
});

/** A kind is a name, like an event type, and compared exactly. */
const recorded = z.object({ kind: required(id({ max: 255 })), details: optionalObject(details) });

const ending = z.object({ days_left: required(integer({ min: 0, max: 3 })), trial_end_date: required(date) });

const activated = z.object({
  subscription_id: required(numberId),
  website_id: optional(numberId),
  plan: optionalObject(planSchema),
  activated_at: optional(date),
});

const canceled = z.object({
  subscription_id: required(numberId),
  canceled_at: optional(date),
  reason: optional(textOf(2000)),
});

const expired = z.object({ subscription_id: required(numberId), expired_at: optional(date) });

export const events = {
  'user.signed_up': { 1: signedUp },
  'website.configured': { 1: configured },
  'website.live': { 1: live },
  'subscription.plan_selected': { 1: planSelected },
  'activity.recorded': { 1: recorded },
  'trial.ending': { 1: ending },
  'subscription.activated': { 1: activated },
  'subscription.canceled': { 1: canceled },
  'trial.expired': { 1: expired },
};

export type SignedUp = z.output<typeof signedUp>;
export type Configured = z.output<typeof configured>;
export type Live = z.output<typeof live>;
export type PlanSelected = z.output<typeof planSelected>;
export type Details = z.output<typeof details>;
export type Recorded = z.output<typeof recorded>;
export type Ending = z.output<typeof ending>;
export type Activated = z.output<typeof activated>;
export type Canceled = z.output<typeof canceled>;
export type Expired = z.output<typeof expired>;
export type ToldPlan = z.output<typeof planSchema>;
