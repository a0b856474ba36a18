import { Ignored, SetAside, type Fold, type FoldEvent } from '#mapping';
import { isLost } from '../derived.ts';
import type { Settings } from '../settings.ts';
import type { State } from '../state.ts';
import { askForConversion } from './conversion.ts';
import { withDealValues } from './deal.values.ts';
import type { SitesTools } from './notes.ts';
import { askForTasks } from './tasks.ts';

export type SitesFold<Data> = Fold<State, Data, Settings>;

/** What holds after every event, whichever it was. `countdown`: the event itself says how many days are left. */
export function settled<Data>(change: SitesFold<Data>, { countdown = false } = {}): SitesFold<Data> {
  return (given, event, tools) => {
    const before = given.userId === event.subject ? given : { ...given, userId: event.subject };
    const changed = change(before, event, tools);
    if (changed instanceof Ignored || changed instanceof SetAside) return changed;
    const counted = countdown ? changed : withoutCountdown(before, changed);
    return withEffects(withDealValues(before, counted), event, tools);
  };
}

/** An extended trial leaves `Trial Ending`, and its new countdown reminds again. */
function withoutCountdown(before: State, after: State): State {
  const over = before.trialEnd !== after.trialEnd || isLost(after) || after.phase === 'customer';
  return over && after.daysLeft !== null ? { ...after, daysLeft: null } : after;
}

function withEffects(state: State, event: FoldEvent<unknown>, tools: SitesTools): State {
  const converted = askForConversion(state, tools);
  const asked = askForTasks(converted, event, tools);
  return asked.tracked && asked.phase === 'lead' && !asked.leadMade ? { ...asked, leadMade: true } : asked;
}
