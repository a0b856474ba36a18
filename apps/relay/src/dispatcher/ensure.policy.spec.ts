import { aClaimedCommand } from '#testing';
import { splitEnsured } from './ensure.policy.ts';

const link = { module: 'Products', recordId: '1', generation: 1 };

describe('a record that only has to be there', () => {
  it('is made while there is none, and never written again', () => {
    const makes = aClaimedCommand({ module: 'Products', link: null, ensure: true });
    const there = aClaimedCommand({ module: 'Products', link, ensure: true });
    const other = aClaimedCommand({ module: 'Products', link });
    const split = splitEnsured([makes, there, other]);
    expect(split.missing).toEqual([makes, other]);
    expect(split.there).toEqual([{ command: there, outcome: { kind: 'skipped', reason: 'there already' } }]);
  });
});
