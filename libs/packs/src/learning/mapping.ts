import { defineMapping } from '#mapping';
import { events } from './events.ts';
import { badgeEarned } from './fold/badge.fold.ts';
import { ofUser } from './fold/learning.fold.ts';
import { profileChanged } from './fold/profile.fold.ts';
import { questAbandoned, questCompleted, questStarted } from './fold/quest.fold.ts';
import { deleted, registered } from './fold/registration.fold.ts';
import { snapshotTaken } from './fold/snapshot.fold.ts';
import {
  lmsConnected,
  lmsDisconnected,
  mailOnly,
  parentLinked,
  parentUnlinked,
  streakChanged,
} from './fold/ties.fold.ts';
import { project } from './projection.ts';
import { returns } from './returns.ts';
import { settingsSchema } from './settings.ts';
import { scopes, setup } from './setup.ts';
import { initial } from './state.ts';

const TELLS = { tells: true };

/** Learners of an education platform: a Contact each with live figures, a task for each completed quest, a note for each badge. */
export const mapping = defineMapping({
  name: 'learning',
  product: 'learning',
  version: 1,
  destination: 'zoho-crm',
  topics: ['user'],
  events,
  initial,
  settings: settingsSchema,
  fold: {
    'user.registered': ofUser(registered, TELLS),
    'user.profile_changed': ofUser(profileChanged),
    'quest.started': ofUser(questStarted),
    'quest.abandoned': ofUser(questAbandoned),
    'quest.completed': ofUser(questCompleted, TELLS),
    'badge.earned': ofUser(badgeEarned, TELLS),
    'streak.changed': ofUser(streakChanged),
    'parent.invited': ofUser(mailOnly),
    'parent.linked': ofUser(parentLinked, TELLS),
    'parent.unlinked': ofUser(parentUnlinked),
    'lms.connected': ofUser(lmsConnected),
    'lms.disconnected': ofUser(lmsDisconnected),
    'password.reset_requested': ofUser(mailOnly),
    'user.snapshot_taken': ofUser(snapshotTaken),
    'user.deleted': ofUser(deleted),
  },
  project,
  returns,
  setup,
  scopes,
});
