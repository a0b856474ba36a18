import type { Org } from '../org/org.ts';
import { JOURNAL_FORMAT } from './journal.format.ts';
import type { StateChange } from './state.change.ts';

/** The changes that lead from a new organisation to this one: fields before the records that have them. */
export function* presentState(org: Org): Generator<StateChange> {
  yield { kind: 'head', format: JOURNAL_FORMAT, granted: org.start.refreshToken };
  yield counters(org);
  yield org.clock.state();
  yield* org.users.state();
  yield* org.schema.state();
  for (const store of org.records.all()) yield* store.state();
  yield* org.oauth.state();
  yield* org.channels.state();
  yield* org.pages.state();
}

export function counters(org: Org): StateChange {
  return { kind: 'counters', ids: org.ids.last, tokens: org.random.names };
}
