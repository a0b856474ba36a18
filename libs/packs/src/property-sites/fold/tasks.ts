import { addDays, type FoldEvent, type WantedFields } from '#mapping';
import { isHot, isLost, labelOf, scoreOf, shownPlan } from '../derived.ts';
import { planName } from '../plan.values.ts';
import { leadOf, type State } from '../state.ts';
import type { SitesTools } from './notes.ts';

interface TaskRule {
  readonly key: (state: State) => string;
  readonly holds: (state: State) => boolean;
  readonly subject: (state: State) => string;
  /** Days from the event to the date that it is due. */
  readonly days: number;
  readonly priority: string;
  readonly owner: 'rep_id' | 'manager_id';
}

const RULES: readonly TaskRule[] = [
  {
    key: ({ userId }) => `sites/hot/${userId}`,
    holds: isHot,
    subject: () => 'Hot lead',
    days: 1,
    priority: 'High',
    owner: 'rep_id',
  },
  {
    key: ({ userId }) => `sites/inquiry/${userId}`,
    holds: ({ milestones }) => milestones.includes('first_inquiry'),
    subject: () => 'First inquiry',
    days: 1,
    priority: 'Normal',
    owner: 'rep_id',
  },
  {
    key: ({ userId, trialEnd }) => `sites/trial/${userId}/${trialEnd}`,
    holds: (state) => state.daysLeft !== null && isHot(state),
    subject: ({ trialEnd }) => `Urgent, trial ends ${trialEnd}`,
    days: 0,
    priority: 'Highest',
    owner: 'manager_id',
  },
];

/** Tasks for sales: each at the first event after which its condition holds, while there is a Lead to win. */
export function askForTasks(state: State, event: FoldEvent<unknown>, tools: SitesTools): State {
  if (!state.tracked || state.phase !== 'lead' || isLost(state)) return state;
  const due = RULES.filter((rule) => rule.holds(state) && !state.tasks.includes(rule.key(state)));
  for (const rule of due) {
    const fields = fieldsOf(rule, { state, today: event.time.slice(0, 10), owner: tools.settings[rule.owner] ?? null });
    tools.effect({ effect: 'task', key: rule.key(state), parent: leadOf(state), fields });
  }
  return due.length === 0 ? state : { ...state, tasks: [...state.tasks, ...due.map((rule) => rule.key(state))] };
}

function fieldsOf(rule: TaskRule, facts: { state: State; today: string; owner: string | null }): WantedFields {
  const { state, today, owner } = facts;
  const plan = shownPlan(state);
  const description = [
    `Score ${scoreOf(state)}.`,
    `Plan ${plan === null ? 'none' : planName(plan)}.`,
    `E-mail ${state.email ?? 'none'}.`,
  ];
  return {
    Subject: `${rule.subject(state)}: ${labelOf(state)} (user ${state.userId})`,
    Due_Date: addDays(today, rule.days),
    Status: 'Not Started',
    Priority: rule.priority,
    Owner: owner === null ? null : { id: owner },
    Description: description.join(' '),
  };
}
