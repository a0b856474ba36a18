import { cut } from '#mapping';
import type { BadgeEarned } from '../events.ts';
import { contactOf } from '../state.ts';
import { active, ask, type LearningFold } from './learning.fold.ts';

const TITLE_UNITS = 120;
const UNNAMED = 'Unnamed badge';

export const badgeEarned: LearningFold<BadgeEarned> = (state, { data, time }, tools) => {
  const { badge_id: id, description } = data;
  if (state.badges.includes(id)) return tools.ignored('already_earned');
  const name = data.name ?? UNNAMED;
  const content = [
    `Badge: ${name}`,
    `Earned on: ${(data.earned_at ?? time).slice(0, 10)}`,
    ...(description == null ? [] : [`About: ${description}`]),
  ];
  const counted = { ...state, badges: [...state.badges, id], badgesEarned: state.badgesEarned + 1 };
  const note = {
    effect: 'note',
    key: `learning/badge/${state.userId}/${id}`,
    parent: contactOf(state),
    title: cut(`Badge earned: ${name}`, TITLE_UNITS),
    content: content.join('\n'),
  } as const;
  return ask(active(counted, time), note, tools);
};
