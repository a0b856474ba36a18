import { aClaimedCommand } from '#testing';
import { endsByConversion, splitByConversion } from './conversion.policy.ts';

const lead = { module: 'Leads', recordId: '1', generation: 1 };
const contact = { module: 'Contacts', recordId: '2', generation: 2 };

describe('commands of a converted record', () => {
  it.each([
    { name: 'no link yet', link: null, whenConverted: 'skip', ends: false },
    { name: 'not converted', link: lead, whenConverted: 'skip', ends: false },
    { name: 'converted, to be skipped', link: contact, whenConverted: 'skip', ends: true },
    { name: 'converted, to follow', link: contact, whenConverted: 'follow', ends: false },
  ] as const)('$name', ({ link, whenConverted, ends }) => {
    expect(endsByConversion({ module: 'Leads', link, whenConverted })).toBe(ends);
  });

  it('a delete that would have taken the Contact ends as skipped, the others go out', () => {
    const gone = aClaimedCommand({ operation: 'delete', module: 'Leads', link: contact, whenConverted: 'skip' });
    const follows = aClaimedCommand({ module: 'Leads', link: contact, whenConverted: 'follow' });
    const { ended, open } = splitByConversion([gone, follows]);
    expect(ended).toEqual([{ command: gone, outcome: { kind: 'skipped', reason: 'converted' } }]);
    expect(open).toEqual([follows]);
  });
});
