import type { FoldTools, WantedNote } from '#mapping';
import type { Settings } from '../settings.ts';
import type { State } from '../state.ts';

export type SitesTools = FoldTools<Settings>;

/** Notes are for those who are tracked, and only for what happens then. */
export function note(state: Pick<State, 'tracked'>, wanted: Omit<WantedNote, 'effect'>, tools: SitesTools): void {
  if (state.tracked) tools.effect({ effect: 'note', ...wanted });
}
