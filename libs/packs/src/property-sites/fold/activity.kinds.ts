import type { Details } from '../events.ts';
import type { State } from '../state.ts';

export type Counter = 'properties' | 'users' | 'inquiries' | 'logins';

/** What a note says; `site` is the address, or words for it. */
export interface NoteFacts {
  readonly state: State;
  readonly details: Details;
  readonly site: string;
}

export interface Milestone {
  readonly name: string;
  readonly reached: (state: State) => boolean;
  readonly title: string;
  readonly content: (facts: NoteFacts) => string;
}

export interface ActivityKind {
  readonly counter?: Counter;
  readonly milestones: readonly Milestone[];
}

const always = (): boolean => true;

const firstProperty: Milestone = {
  name: 'first_property',
  reached: ({ properties }) => properties >= 1,
  title: 'Activity: first property added',
  content: ({ details: { title, reference }, site }) => {
    const named = title == null ? 'a property' : `the property "${title}"`;
    return `Added ${named}${reference == null ? '' : ` (ref. ${reference})`} on ${site}.`;
  },
};

const fiveProperties: Milestone = {
  name: 'five_properties',
  reached: ({ properties }) => properties >= 5,
  title: 'Activity: five properties added',
  content: ({ state, site }) => `Now lists ${state.properties} properties on ${site}.`,
};

const branding = (title: string): Milestone => ({
  name: 'branding',
  reached: always,
  title,
  content: ({ site }) => `Made ${site} look like their own.`,
});

const pages: Milestone = {
  name: 'pages',
  reached: always,
  title: 'Activity: page created',
  content: ({ details: { page_title: title }, site }) =>
    `Created ${title == null ? 'a page' : `the page "${title}"`} on ${site}.`,
};

const firstInquiry: Milestone = {
  name: 'first_inquiry',
  reached: ({ inquiries }) => inquiries >= 1,
  title: 'Activity: first inquiry received',
  content: ({ site }) => `${site} received its first inquiry from a visitor.`,
};

const thirdLogin: Milestone = {
  name: 'logins',
  reached: ({ logins }) => logins >= 3,
  title: 'Activity: third login',
  content: ({ state }) => `Has logged in ${state.logins} times.`,
};

const team: Milestone = {
  name: 'team',
  reached: always,
  title: 'Activity: team member added',
  content: ({ details: { email }, state }) => `Added ${email ?? 'a member'} to the team; users now: ${state.users}.`,
};

/** The kinds that have a meaning of their own; any other is noted once and moves nothing. */
export const ACTIVITY_KINDS: ReadonlyMap<string, ActivityKind> = new Map<string, ActivityKind>([
  ['property_added', { counter: 'properties', milestones: [firstProperty, fiveProperties] }],
  ['logo_uploaded', { milestones: [branding('Activity: logo uploaded')] }],
  ['theme_customized', { milestones: [branding('Activity: theme customized')] }],
  ['page_created', { milestones: [pages] }],
  ['inquiry_received', { counter: 'inquiries', milestones: [firstInquiry] }],
  ['logged_in', { counter: 'logins', milestones: [thirdLogin] }],
  ['team_member_added', { counter: 'users', milestones: [team] }],
]);
