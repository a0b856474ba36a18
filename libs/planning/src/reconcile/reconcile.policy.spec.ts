import { actionFor, causeOf, type KnownValue } from './reconcile.policy.ts';

describe('the cause of a difference', () => {
  const sent: KnownValue = { value: 5, source: 'sent', acknowledged: true };
  it.each<[what: string, known: KnownValue | undefined, cause: string]>([
    ['nothing was ever sent', undefined, 'never_sent'],
    ['something else was sent last', { ...sent, value: 4 }, 'never_sent'],
    ['it was sent and acknowledged', sent, 'edited_by_person'],
    ['it was seen otherwise', { ...sent, source: 'seen', value: 9 }, 'edited_by_person'],
    ['it was sent, and nobody said that it arrived', { ...sent, acknowledged: false }, 'unexplained'],
  ])('%s', (_what, known, cause) => {
    expect(causeOf(5, known)).toBe(cause);
  });
});

describe('what happens to what was found', () => {
  it.each([
    [0, 0, 'nothing_to_do'],
    [0, 1000, 'nothing_to_do'],
    [10, 10, 'repair'],
    [11, 100, 'waiting_for_approval'],
    [49, 1000, 'repair'],
    [50, 1000, 'waiting_for_approval'],
  ])('%i of %i: %s', (wrong, compared, action) => {
    expect(actionFor({ wrong, compared })).toBe(action);
  });
});
