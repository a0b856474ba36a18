import { boolean, choice, email, httpsUrl, id, instant, linesOf, optional, required, textOf, url } from '#mapping';
import { z } from 'zod';
import { count, idList, lmsPlatform, platformOrNone, role } from './payload.kinds.ts';
import { xpTold } from './xp.values.ts';

const TITLE_UNITS = 200;
const QUEST_ID_UNITS = 100;

const profile = {
  email: optional(email),
  role: optional(role),
  first_name: optional(textOf(40)),
  last_name: optional(textOf(80)),
  display_name: optional(textOf(100)),
  bio: optional(linesOf(2000)),
  mail_opt_out: optional(boolean),
};

const quest = { enrolment_id: required(id()), quest_id: optional(textOf(QUEST_ID_UNITS)) };

const registered = z.object({ ...profile, registered_at: optional(instant) });
const profileChanged = z.object(profile);
const questStarted = z.object({ ...quest, title: optional(textOf(TITLE_UNITS)) });
const questAbandoned = z.object({ enrolment_id: required(id()) });

const questCompleted = z.object({
  ...quest,
  title: optional(textOf(TITLE_UNITS)),
  xp: optional(xpTold),
  tasks_completed: optional(count),
  evidence_text: optional(textOf(200)),
  evidence_url: optional(url),
  completed_at: optional(instant),
});

const badgeEarned = z.object({
  badge_id: required(id()),
  name: optional(textOf(TITLE_UNITS)),
  description: optional(textOf(200)),
  earned_at: optional(instant),
});

const streakChanged = z.object({ days: required(count) });

const parentInvited = z.object({
  invitation_id: required(id()),
  parent_email: required(email),
  parent_name: optional(textOf(80)),
  invite_url: required(httpsUrl),
  expires_at: required(instant),
});

const ofParent = z.object({ parent_id: required(id()) });
const lmsConnected = z.object({ integration_id: required(id()), platform: required(lmsPlatform) });
const lmsDisconnected = z.object({});

const resetRequested = z.object({
  reset_id: required(id()),
  email: required(email),
  reset_url: required(httpsUrl),
  expires_at: required(instant),
});

const snapshotTaken = z.object({
  ...profile,
  reason: optional(choice(['nightly', 'migration', 'repair'])),
  registered_at: optional(instant),
  xp: optional(xpTold),
  open_enrolments: optional(idList),
  completed_quests: optional(count),
  tasks_completed: optional(count),
  badges_earned: optional(count),
  streak_days: optional(count),
  parent_ids: optional(idList),
  lms_platform: optional(platformOrNone),
  last_active_at: optional(instant),
});

const deleted = z.object({ reason: optional(choice(['user_request', 'admin', 'erasure'])) });

export const events = {
  'user.registered': { 1: registered },
  'user.profile_changed': { 1: profileChanged },
  'quest.started': { 1: questStarted },
  'quest.abandoned': { 1: questAbandoned },
  'quest.completed': { 1: questCompleted },
  'badge.earned': { 1: badgeEarned },
  'streak.changed': { 1: streakChanged },
  'parent.invited': { 1: parentInvited },
  'parent.linked': { 1: ofParent },
  'parent.unlinked': { 1: ofParent },
  'lms.connected': { 1: lmsConnected },
  'lms.disconnected': { 1: lmsDisconnected },
  'password.reset_requested': { 1: resetRequested },
  'user.snapshot_taken': { 1: snapshotTaken },
  'user.deleted': { 1: deleted },
};

export type Registered = z.output<typeof registered>;
export type ToldProfile = z.output<typeof profileChanged>;
export type QuestStarted = z.output<typeof questStarted>;
export type QuestAbandoned = z.output<typeof questAbandoned>;
export type QuestCompleted = z.output<typeof questCompleted>;
export type BadgeEarned = z.output<typeof badgeEarned>;
export type StreakChanged = z.output<typeof streakChanged>;
export type OfParent = z.output<typeof ofParent>;
export type LmsConnected = z.output<typeof lmsConnected>;
export type SnapshotTaken = z.output<typeof snapshotTaken>;
