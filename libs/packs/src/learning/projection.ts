import { crmInstant, crmInteger, UNKNOWN_NAME, type WantedRecord } from '#mapping';
import type { Settings } from './settings.ts';
import { contactOf, taskOf, type ProfileField, type State } from './state.ts';
import { levelOf, totalOf } from './xp.values.ts';

const NEW_ROLE = 'Student';

/** One contact for each user who is registered, so that none is nameless; behind it the tasks of their quests, which go with it. */
export function project(state: State, settings: Settings): WantedRecord[] {
  if (state.phase !== 'registered') return [];
  return [contactRecord(state, settings), ...state.completed.map((id) => questTask(id))];
}

function contactRecord(state: State, settings: Settings): WantedRecord {
  const { userId, registeredAt, lastActivityAt, xp } = state;
  const told = (field: ProfileField): string | null => {
    const value = state.profile[field]?.value;
    return typeof value === 'string' ? value : null;
  };
  const total = totalOf(xp);
  return {
    ...contactOf(state),
    fields: {
      Email: told('email'),
      First_Name: told('first_name'),
      Last_Name: told('last_name') ?? UNKNOWN_NAME,
      Display_Name: told('display_name'),
      Description: told('bio'),
      User_Type: told('role') ?? NEW_ROLE,
      Signup_Date: registeredAt === null ? null : registeredAt.slice(0, 10),
      Total_XP: crmInteger(total),
      Level: levelOf(total),
      XP_STEM: crmInteger(xp.stem),
      XP_Wellness: crmInteger(xp.wellness),
      XP_Communication: crmInteger(xp.communication),
      XP_Civics: crmInteger(xp.civics),
      XP_Art: crmInteger(xp.art),
      Active_Quests: state.open.length,
      Completed_Quests: crmInteger(state.completedQuests),
      Tasks_Completed: crmInteger(state.tasksCompleted),
      Badges_Earned: crmInteger(state.badgesEarned),
      Current_Streak: state.streakDays,
      Portfolio_URL: `${settings.portfolio_base}${userId}`,
      Parent_Linked: state.parents.length > 0,
      LMS_Platform: state.lms,
      Last_Activity_Date: lastActivityAt === null ? null : crmInstant(lastActivityAt),
    },
    trigger: state.tells ? ['workflow'] : [],
  };
}

function questTask(enrolmentId: string): WantedRecord {
  return { ...taskOf(enrolmentId), fields: {}, byEffect: true };
}
