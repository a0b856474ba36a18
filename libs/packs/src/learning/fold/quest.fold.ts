import type { WantedTask } from '#mapping';
import type { QuestAbandoned, QuestCompleted, QuestStarted } from '../events.ts';
import { contactOf, type State } from '../state.ts';
import { totalOf } from '../xp.values.ts';
import { active, ask, gained, noteXp, type LearningFold } from './learning.fold.ts';

const UNTITLED = 'Untitled quest';
const NO_EVIDENCE = 'N/A';

export const questStarted: LearningFold<QuestStarted> = (state, { data, time }, tools) => {
  const { enrolment_id: id } = data;
  if (state.completed.includes(id)) return tools.ignored('already_completed');
  if (state.open.includes(id)) return tools.ignored('already_started');
  return active({ ...state, open: [...state.open, id] }, time);
};

export const questAbandoned: LearningFold<QuestAbandoned> = (state, { data }, tools) => {
  const open = state.open.filter((id) => id !== data.enrolment_id);
  return open.length === state.open.length ? tools.ignored('not_open') : { ...state, open };
};

export const questCompleted: LearningFold<QuestCompleted> = (state, { data, time }, tools) => {
  const { enrolment_id: id } = data;
  if (state.completed.includes(id)) return tools.ignored('already_completed');
  noteXp(data.xp, tools);
  const counted: State = {
    ...gained(state, data.xp),
    open: state.open.filter((other) => other !== id),
    completed: [...state.completed, id],
    completedQuests: state.completedQuests + 1,
    tasksCompleted: state.tasksCompleted + (data.tasks_completed ?? 0),
  };
  return ask(active(counted, time), completionTask(state, data, time), tools);
};

/** Zoho takes no activity, so a completed quest is a task that is done: it has a date, a link to its contact, and fields. */
function completionTask(state: State, data: QuestCompleted, time: string): WantedTask {
  const { enrolment_id: id, quest_id: questId, evidence_url: evidenceUrl } = data;
  const title = data.title ?? UNTITLED;
  const earned = data.xp == null ? 0 : totalOf(data.xp.xp);
  const description = [
    `Quest: ${title}`,
    `XP earned: ${earned}`,
    `Evidence: ${data.evidence_text ?? NO_EVIDENCE}`,
    ...(evidenceUrl == null ? [] : [`Evidence URL: ${evidenceUrl}`]),
  ];
  return {
    effect: 'task',
    key: `learning/quest/${id}`,
    parent: contactOf(state),
    trigger: [],
    fields: {
      Subject: `Completed: ${title}`,
      Status: 'Completed',
      Due_Date: (data.completed_at ?? time).slice(0, 10),
      Description: description.join('\n'),
      Event_Type: 'Quest Completion',
      XP_Earned: earned,
      Quest_ID: questId ?? null,
      External_ID: id,
    },
  };
}
