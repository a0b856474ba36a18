import { compareInstants, type Instant } from '#mapping';
import type { ToldProfile } from '../events.ts';
import { PROFILE_FIELDS, type Profile, type ProfileField, type State } from '../state.ts';
import type { LearningFold } from './learning.fold.ts';

export const profileChanged: LearningFold<ToldProfile> = (state, { data, time }) => withProfile(state, data, time);

/** Field by field: an event sets what it carries, null included, unless a later event did. Of one instant the last that came counts. */
export function withProfile(state: State, told: ToldProfile, at: Instant): State {
  const changes = PROFILE_FIELDS.flatMap((field): [ProfileField, Profile[ProfileField]][] => {
    const value = told[field];
    const held = state.profile[field];
    if (value === undefined || (held !== null && compareInstants(held.at, at) > 0)) return [];
    return [[field, { value, at }]];
  });
  return { ...state, profile: { ...state.profile, ...Object.fromEntries(changes) } };
}
