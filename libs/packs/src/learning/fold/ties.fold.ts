import type { LmsConnected, OfParent, StreakChanged } from '../events.ts';
import type { LearningFold } from './learning.fold.ts';

export const streakChanged: LearningFold<StreakChanged> = (state, { data }) => ({ ...state, streakDays: data.days });

export const parentLinked: LearningFold<OfParent> = (state, { data: { parent_id: id } }) =>
  state.parents.includes(id) ? state : { ...state, parents: [...state.parents, id] };

export const parentUnlinked: LearningFold<OfParent> = (state, { data: { parent_id: id } }) => ({
  ...state,
  parents: state.parents.filter((other) => other !== id),
});

export const lmsConnected: LearningFold<LmsConnected> = (state, { data }) => ({ ...state, lms: data.platform });

export const lmsDisconnected: LearningFold<object> = (state) => ({ ...state, lms: 'None' });

/** What asks for a mail and nothing else: while `mail.mode` is off, the product's old provider sends it. */
export const mailOnly: LearningFold<object> = (state) => state;
