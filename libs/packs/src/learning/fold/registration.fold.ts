import type { Registered } from '../events.ts';
import { initial } from '../state.ts';
import { active, withContact, type LearningFold } from './learning.fold.ts';
import { withProfile } from './profile.fold.ts';

/** Of a user who is registered already, by an event or a snapshot, it changes the profile, and says when they signed up if nobody has. */
export const registered: LearningFold<Registered> = (state, { data, time }, tools) => {
  const told = withProfile(state, data, time);
  const registeredAt = data.registered_at ?? time;
  if (state.phase === 'registered') {
    return { ...told, tells: false, registeredAt: state.registeredAt ?? registeredAt };
  }
  return withContact(active({ ...told, registeredAt }, time), tools);
};

/** Nothing is kept but that there was such a user. */
export const deleted: LearningFold<object> = ({ userId }) => ({ ...initial, userId, phase: 'deleted' });
