import { playRow, type EventSeed, type TableRow } from '#mapping';
import { mapping } from './mapping.ts';

const about = { subject: '42' } as const;
const signUp: EventSeed = { ...about, type: 'user.signed_up', data: { email: 'Ana.Lima+x@Shore.example' } };
const plan = { name: 'Starter', price_cents: 9900, interval: 'month' };
const selected = (data = {}): EventSeed => ({
  ...about,
  type: 'subscription.plan_selected',
  data: { subscription_id: 7, plan, status: 'trialing', ...data },
});
const activated: EventSeed = { ...about, type: 'subscription.activated', data: { subscription_id: 7 } };
const canceled = (data = {}): EventSeed => ({
  ...about,
  type: 'subscription.canceled',
  data: { subscription_id: 7, ...data },
});
const activity = (kind: string, details = {}): EventSeed => ({
  ...about,
  type: 'activity.recorded',
  data: { kind, details },
});
const configured = (data = {}): EventSeed => ({ ...about, type: 'website.configured', data });
const ending = (days: number, end: string): EventSeed => ({
  ...about,
  type: 'trial.ending',
  data: { days_left: days, trial_end_date: end },
});
const expired: EventSeed = { ...about, type: 'trial.expired', data: { subscription_id: 7 } };

const lead = { operation: 'write', module: 'Leads', identity: { field: 'PWB_User_ID', value: 42 } } as const;
const deal = { operation: 'write', module: 'Deals', identity: { field: 'PWB_Subscription_ID', value: 7 } } as const;
const contact = { operation: 'write', module: 'Contacts', linkOnly: true } as const;

const rows: TableRow[] = [
  {
    name: 'a sign-up: name from the address, defaults, nothing that is empty',
    when: signUp,
    expect: {
      commands: [
        {
          ...lead,
          trigger: ['workflow'],
          fields: {
            PWB_User_ID: 42,
            Email: 'ana.lima+x@shore.example',
            Last_Name: 'Ana Lima',
            Company: 'ana.lima+x@shore.example',
            Lead_Status: 'New',
            Lead_Source: 'Website Signup',
            Description: 'Trial sign-up on 2026-03-01 10:00 UTC',
            Email_Verified: false,
            Properties_Count: 0,
            User_Count: 1,
            Inquiries_Count: 0,
            Lead_Score: 0,
            Signed_Up_At: '2026-03-01T10:00:00+00:00',
          },
        },
      ],
    },
  },
  {
    name: 'an e-mail that cannot be used does not set the sign-up aside',
    when: { ...signUp, data: { email: 'not an address', full_name: 'Ana van den Berg' } },
    expect: { problems: ['invalid_value email'], commands: [{ ...lead }] },
  },
  {
    name: 'a sign-up without an e-mail',
    when: { ...signUp, data: {} },
    expect: { verdict: 'set_aside: missing_value email' },
  },
  {
    name: 'a user id that is none',
    when: { ...signUp, subject: '042', key: '042' },
    expect: { verdict: 'set_aside: invalid_value aggregate_id' },
  },
  {
    name: 'another onboarding state: folded, nothing commanded',
    when: { ...signUp, data: { email: 'a@b.example', onboarding_state: 'invited' } },
    expect: {},
  },
  {
    name: 'one who becomes a lead later: the first command carries everything',
    given: [{ ...signUp, data: { email: 'a@b.example', onboarding_state: 'invited' } }, activity('page_created')],
    when: { ...signUp, data: { email: 'a@b.example', onboarding_state: 'LEAD' } },
    expect: { commands: [{ ...lead }] },
  },
  {
    name: 'a second sign-up changes the address and nothing else',
    given: [signUp],
    when: { ...signUp, data: { email: 'new@shore.example', full_name: 'Other', utm_source: 'x' } },
    expect: {
      commands: [{ ...lead, trigger: [], fields: { Email: 'new@shore.example', Company: 'new@shore.example' } }],
    },
  },
  {
    name: 'a plan whose interval is unknown cannot be used at all',
    given: [signUp],
    when: configured({ subdomain: 'north-shore', plan: { ...plan, interval: 'week' } }),
    expect: { problems: ['invalid_value plan'], commands: [{ ...lead }] },
  },
  {
    name: 'a trial that cannot be used leaves the plan',
    given: [signUp],
    when: configured({ plan: { ...plan, trial_days: 0 } }),
    expect: {
      problems: ['invalid_value plan.trial_days'],
      commands: [
        {
          ...lead,
          fields: {
            Industry: 'Real Estate',
            Lead_Status: 'Configured',
            Plan_Selected: 'Starter',
            Annual_Value: 1188,
            Trial_Start_Date: '2026-03-01',
          },
        },
      ],
    },
  },
  {
    name: 'a subscription without a usable plan is set aside',
    given: [signUp],
    when: selected({ plan: { name: 'X' } }),
    expect: { verdict: 'set_aside: missing_value plan.price_cents' },
  },
  {
    name: 'details that are no object are a problem; the activity counts',
    given: [signUp],
    when: { ...activity('inquiry_received'), data: { kind: 'inquiry_received', details: 'x' } },
    expect: {
      problems: ['invalid_value details'],
      commands: [
        {
          ...lead,
          fields: {
            Lead_Status: 'Hot',
            Inquiries_Count: 1,
            Lead_Score: 25,
            Last_Activity_Date: '2026-03-01T10:00:00+00:00',
          },
        },
        { operation: 'note', effectKey: 'sites/milestone/42/first_inquiry' },
        { operation: 'task', effectKey: 'sites/inquiry/42', trigger: ['workflow'] },
      ],
    },
  },
  {
    name: 'one event may reach two milestones: two notes',
    given: [signUp],
    when: activity('property_added', { title: 'Loft', reference: 'L-1', total_count: 5 }),
    expect: {
      commands: [
        { ...lead },
        {
          operation: 'note',
          fields: {
            Note_Title: 'Activity: first property added',
            Note_Content:
              'Added the property "Loft" (ref. L-1) on their site.\n[causeway:sites/milestone/42/first_property]',
          },
        },
        { operation: 'note', effectKey: 'sites/milestone/42/five_properties' },
      ],
    },
  },
  {
    name: 'a milestone writes one note for ever',
    given: [signUp, activity('page_created')],
    when: { ...activity('page_created'), time: '2026-03-01T11:00:00Z' },
    expect: { commands: [{ ...lead, trigger: [], fields: { Last_Activity_Date: '2026-03-01T11:00:00+00:00' } }] },
  },
  {
    name: 'an unknown kind is noted once and moves no score',
    given: [signUp],
    when: activity('domain_connected'),
    expect: {
      commands: [
        { ...lead, fields: { Last_Activity_Date: '2026-03-01T10:00:00+00:00' } },
        {
          operation: 'note',
          effectKey: 'sites/kind/42/domain_connected',
          fields: {
            Note_Title: 'Activity: domain connected',
            Note_Content: 'Recorded by the product: domain_connected.\n[causeway:sites/kind/42/domain_connected]',
          },
        },
      ],
    },
  },
  {
    name: 'an activity that is late by its time moves the counter and not the time',
    given: [signUp, activity('logged_in')],
    when: { ...activity('logged_in'), time: '2026-02-01T10:00:00Z' },
    expect: {},
  },
  {
    name: 'a countdown for another end of the trial',
    given: [signUp, selected({ trial_ends_at: '2026-03-20' })],
    when: ending(3, '2026-03-19'),
    expect: { verdict: 'ignored: other_trial_end' },
  },
  {
    name: 'a countdown only comes nearer',
    given: [signUp, ending(1, '2026-03-20')],
    when: ending(3, '2026-03-20'),
    expect: {},
  },
  {
    name: 'an extended trial leaves the countdown',
    given: [signUp, selected({ trial_ends_at: '2026-03-04' }), ending(3, '2026-03-04')],
    when: selected({ trial_ends_at: '2026-04-04' }),
    expect: {
      commands: [
        {
          ...lead,
          trigger: ['workflow'],
          fields: { Lead_Status: 'New', Trial_End_Date: '2026-04-04', Trial_Days_Left: null },
        },
        { ...deal, trigger: [], fields: { Closing_Date: '2026-04-04' } },
      ],
    },
  },
  {
    name: 'a status that is unknown keeps the former one',
    given: [signUp, selected({ status: 'past_due' })],
    when: selected({ status: 'frozen' }),
    expect: { problems: ['unknown_value status'] },
  },
  {
    name: 'the first payment: conversion, Contact, Deal, and nothing to the Lead',
    given: [signUp, selected()],
    when: activated,
    expect: {
      commands: [
        {
          operation: 'convert',
          effectKey: 'sites/convert/42',
          fields: { overwrite: false, notify_lead_owner: true, notify_new_entity_owner: true },
        },
        { ...contact },
        {
          ...deal,
          trigger: ['workflow'],
          fields: {
            Stage: 'Closed Won',
            Closing_Date: '2026-03-01',
            Subscription_Status: 'active',
            Won_On: '2026-03-01',
            Contact_Name: { $link: { module: 'Contacts', value: '42' } },
            Account_Name: { $link: { module: 'Accounts', value: '42' } },
          },
        },
      ],
    },
  },
  {
    name: 'a payment before everything: the Lead first, then its conversion',
    when: activated,
    expect: { commands: [{ ...lead }, { operation: 'convert' }, { ...contact }, { ...deal }] },
  },
  {
    name: 'a plan change of a paying customer: a note on the Deal, the amount stands',
    given: [signUp, selected(), activated],
    when: {
      ...selected({ plan: { name: 'Professional', price_cents: 99_990, interval: 'year' }, status: 'active' }),
      id: 'e-9',
    },
    expect: {
      commands: [
        { ...contact, fields: { Plan_Selected: 'Professional' } },
        { ...deal, trigger: [], fields: { PWB_Plan: 'Professional', Monthly_Value: 83.33 } },
        {
          operation: 'note',
          module: 'Deals',
          effectKey: 'sites/plan/42/7/e-9',
          fields: {
            Note_Title: 'Plan changed: Starter monthly to Professional yearly',
            Note_Content: 'Monthly value 99.00 to 83.33.\n[causeway:sites/plan/42/7/e-9]',
          },
        },
      ],
    },
  },
  {
    name: 'a customer who cancels: Deal lost, Contact marked, the reason on the Contact',
    given: [signUp, selected(), activated],
    when: { ...canceled({ reason: 'Too dear' }), id: 'e-9' },
    expect: {
      commands: [
        {
          ...contact,
          trigger: ['workflow'],
          fields: { Subscription_Status: 'canceled', Lost_Reason: 'User Canceled', Lost_On: '2026-03-01' },
        },
        { ...deal, fields: { Stage: 'Closed Lost', Subscription_Status: 'canceled', Lost_Reason: 'User Canceled' } },
        { operation: 'note', module: 'Contacts', effectKey: 'sites/cancel/42/7/e-9' },
      ],
    },
  },
  {
    name: 'canceled twice',
    given: [signUp, canceled()],
    when: canceled(),
    expect: { verdict: 'ignored: already_ended' },
  },
  {
    name: 'an unknown subscription is remembered as ended, without a Deal',
    given: [signUp],
    when: canceled(),
    expect: {
      commands: [
        {
          ...lead,
          fields: {
            Lead_Status: 'Lost',
            Subscription_Status: 'canceled',
            Lost_Reason: 'User Canceled',
            Lost_On: '2026-03-01',
          },
        },
      ],
    },
  },
  {
    name: 'a trial that ends after the payment',
    given: [signUp, selected(), activated],
    when: expired,
    expect: { verdict: 'ignored: activated' },
  },
  {
    name: 'a new trial after the end of one',
    given: [signUp, selected(), expired],
    when: selected(),
    expect: {
      commands: [
        { ...lead, fields: { Lead_Status: 'New', Subscription_Status: 'trialing', Lost_Reason: null, Lost_On: null } },
        {
          ...deal,
          fields: { Stage: 'Trial', Subscription_Status: 'trialing', Lost_Reason: null, Closing_Date: '2026-03-31' },
        },
      ],
    },
  },
  {
    name: 'a countdown for one who pays',
    given: [signUp, selected(), activated],
    when: ending(3, '2026-03-04'),
    expect: { verdict: 'ignored: customer' },
  },
  {
    name: 'an unknown event',
    when: { ...about, type: 'user.renamed' },
    expect: { verdict: 'set_aside: unknown_event type' },
  },
];

describe('property-sites', () => {
  it.each(rows)('$name', (row) => {
    const { expected, actual } = playRow(mapping, row);
    expect(actual).toEqual(expected);
  });
});
