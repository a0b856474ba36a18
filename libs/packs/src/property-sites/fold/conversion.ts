import { leadRecord } from '../projection/lead.projection.ts';
import { accountOf, contactOf, leadOf, type State } from '../state.ts';
import type { SitesTools } from './notes.ts';

/** Once, at the first event after which a tracked user is a customer. The Deal exists or follows: the conversion makes none. */
export function askForConversion(state: State, tools: SitesTools): State {
  if (state.converted || !state.tracked || state.phase !== 'customer') return state;
  tools.effect({
    effect: 'convert',
    key: `sites/convert/${state.userId}`,
    lead: leadOf(state),
    ...(state.leadMade ? {} : { first: leadRecord(state, tools.settings) }),
    makes: [contactOf(state), accountOf(state)],
    overwrite: false,
    notifyLeadOwner: true,
    notifyNewEntityOwner: true,
  });
  return { ...state, converted: true, leadMade: true };
}
