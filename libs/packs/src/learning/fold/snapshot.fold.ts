import { compareInstants } from '#mapping';
import type { SnapshotTaken } from '../events.ts';
import type { ToldIds } from '../payload.kinds.ts';
import type { State } from '../state.ts';
import { active, noteXp, withContact, type LearningFold, type LearningTools } from './learning.fold.ts';
import { withProfile } from './profile.fold.ts';

/**
 * The product's own figures replace what was counted: each night, once for a user who was there before us, or on request. What it does not
 * tell stays; an older one that comes late says nothing. It brings no mail and starts no automation.
 */
export const snapshotTaken: LearningFold<SnapshotTaken> = (state, { data, time }, tools) => {
  if (state.snapshotAt !== null && compareInstants(time, state.snapshotAt) < 0) return tools.ignored('older_snapshot');
  noteXp(data.xp, tools);
  tools.lane(data.reason === 'migration' ? 'backfill' : 'reconcile');
  const after: State = {
    ...withProfile(state, data, time),
    snapshotAt: time,
    registeredAt: data.registered_at ?? state.registeredAt,
    xp: data.xp?.xp ?? state.xp,
    open: idsOf('open_enrolments', data, tools) ?? state.open,
    parents: idsOf('parent_ids', data, tools) ?? state.parents,
    completedQuests: data.completed_quests ?? state.completedQuests,
    tasksCompleted: data.tasks_completed ?? state.tasksCompleted,
    badgesEarned: data.badges_earned ?? state.badgesEarned,
    streakDays: data.streak_days ?? state.streakDays,
    lms: data.lms_platform === undefined ? state.lms : (data.lms_platform ?? 'None'),
  };
  return withContact(data.last_active_at == null ? after : active(after, data.last_active_at), tools);
};

type ListField = 'open_enrolments' | 'parent_ids';

function idsOf(
  field: ListField,
  told: Partial<Record<ListField, ToldIds | null>>,
  tools: LearningTools,
): readonly string[] | null {
  const list = told[field];
  if (list?.dropped === true) tools.problem('invalid_value', field);
  return list?.ids ?? null;
}
