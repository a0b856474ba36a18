import { compareInstants, type Fold, type FoldTools, type Instant } from '#mapping';
import type { Settings } from '../settings.ts';
import type { Pending, State } from '../state.ts';
import { addXp, type ToldXp } from '../xp.values.ts';

export type LearningTools = FoldTools<Settings>;
export type LearningFold<Data> = Fold<State, Data, Settings>;

/** What holds for every event: a user id is never used again, and only events that `tell` let the CRM's automations run. */
export function ofUser<Data>(change: LearningFold<Data>, { tells = false } = {}): LearningFold<Data> {
  return (state, event, tools) => {
    if (state.phase === 'deleted') return tools.ignored('after_deletion');
    return change({ ...state, userId: event.subject, tells }, event, tools);
  };
}

/** Without a contact it waits for one, in the order in which it came. */
export function ask(state: State, wanted: Pending, tools: LearningTools): State {
  if (state.phase === 'waiting') return { ...state, pending: [...state.pending, wanted] };
  tools.effect(wanted);
  return state;
}

/** There is a contact from now on: what waited for it is asked for. */
export function withContact(state: State, tools: LearningTools): State {
  for (const wanted of state.pending) tools.effect(wanted);
  return { ...state, phase: 'registered', pending: [] };
}

/** Something was done at that time. */
export function active(state: State, at: Instant): State {
  const { lastActivityAt: last } = state;
  return last !== null && compareInstants(last, at) >= 0 ? state : { ...state, lastActivityAt: at };
}

/** What is unusable of the XP of an event that counts. */
export function noteXp(told: ToldXp | null | undefined, tools: LearningTools): void {
  for (const { code, field } of told?.problems ?? []) tools.problem(code, field);
}

export function gained(state: State, told: ToldXp | null | undefined): State {
  return told == null ? state : { ...state, xp: addXp(state.xp, told.xp) };
}
