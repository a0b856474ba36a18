import type { WantedRecord } from '#mapping';
import type { Settings } from '../settings.ts';
import type { State } from '../state.ts';
import { contactRecord } from './contact.projection.ts';
import { dealRecord } from './deal.projection.ts';
import { leadRecord } from './lead.projection.ts';

/** One Lead for each sign-up, then a Contact for everyone who pays; one Deal for each subscription. */
export function project(state: State, settings: Settings): WantedRecord[] {
  if (!state.tracked || state.userId === '') return [];
  const person = state.phase === 'lead' ? leadRecord(state, settings) : contactRecord(state);
  const deals = Object.entries(state.subscriptions)
    .filter(([, { hasDeal }]) => hasDeal)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([id, subscription]) => dealRecord(state, id, subscription));
  return [person, ...deals];
}
