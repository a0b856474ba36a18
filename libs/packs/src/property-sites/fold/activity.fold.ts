import { compareInstants, cut } from '#mapping';
import { siteOf } from '../derived.ts';
import type { Details, Recorded } from '../events.ts';
import { personOf, type State } from '../state.ts';
import { ACTIVITY_KINDS, type ActivityKind, type Counter } from './activity.kinds.ts';
import { note, type SitesTools } from './notes.ts';
import type { SitesFold } from './settled.fold.ts';

const TITLE_UNITS = 120;
const TEXT_UNITS = 200;
const NO_DETAILS: Details = {
  title: undefined,
  reference: undefined,
  page_title: undefined,
  email: undefined,
  total_count: undefined,
};

/** A counter, the milestones that it reaches with their notes, and the time of the latest activity. */
export const activityRecorded: SitesFold<Recorded> = (state, { data, time }, tools) => {
  const details = data.details ?? NO_DETAILS;
  const kind = ACTIVITY_KINDS.get(data.kind);
  const lastActivity =
    state.lastActivity !== null && compareInstants(state.lastActivity, time) > 0 ? state.lastActivity : time;
  const seen = { ...state, lastActivity };
  return kind === undefined ? otherKind(seen, data.kind, tools) : knownKind(seen, { kind, details }, tools);
};

function knownKind(state: State, about: { kind: ActivityKind; details: Details }, tools: SitesTools): State {
  const { kind, details } = about;
  const counted = kind.counter === undefined ? state : count(state, kind.counter, details.total_count);
  const reached = kind.milestones.filter(({ name, reached }) => !state.milestones.includes(name) && reached(counted));
  if (reached.length === 0) return counted;
  const facts = { state: counted, details, site: siteOf(counted, tools.settings) };
  for (const { name, title, content } of reached) {
    const key = `sites/milestone/${state.userId}/${name}`;
    note(counted, { key, parent: personOf(counted), title, content: content(facts) }, tools);
  }
  return { ...counted, milestones: [...counted.milestones, ...reached.map(({ name }) => name)] };
}

/** The product's own count after the action, or one more. There is never a team without anybody. */
function count(state: State, counter: Counter, total: number | null | undefined): State {
  const usable = total != null && (counter !== 'users' || total >= 1);
  return { ...state, [counter]: usable ? total : state[counter] + 1 };
}

function otherKind(state: State, kind: string, tools: SitesTools): State {
  if (state.otherKinds.includes(kind)) return state;
  const title = cut(`Activity: ${kind.replaceAll('_', ' ')}`, TITLE_UNITS);
  const content = `Recorded by the product: ${cut(kind, TEXT_UNITS)}.`;
  const key = `sites/kind/${state.userId}/${kind}`;
  note(state, { key, parent: personOf(state), title, content }, tools);
  return { ...state, otherKinds: [...state.otherKinds, kind] };
}
