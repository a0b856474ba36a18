import { aClaimedCommand } from '#testing';
import { splitSaved } from './saved.policy.ts';

const link = { module: 'Leads', recordId: '700', generation: 1 };
const update = (fields: Record<string, string | null>, rest = {}) =>
  aClaimedCommand({ id: '5', fields, link, ...rest });
const known = (fields: Record<string, string | null>) => new Map([['5', new Map(Object.entries(fields))]]);

describe('splitSaved', () => {
  it('sends only what the CRM does not have', () => {
    const { saved, open } = splitSaved([update({ A: '1', B: '2' })], known({ A: '1', B: '3' }));
    expect(saved).toEqual([]);
    expect(open.map(({ fields }) => fields)).toEqual([{ B: '2' }]);
  });

  it('ends a command with nothing left, without a call', () => {
    const command = update({ A: '1', B: null });
    const { saved, open } = splitSaved([command], known({ A: '1', B: null, C: 'x' }));
    expect(open).toEqual([]);
    expect(saved).toEqual([{ command, outcome: { kind: 'succeeded', recordId: '700', created: false, saved: true } }]);
  });

  it('sends all of what is not known, and of a command that may have taken effect', () => {
    const commands = [update({ A: '1' }, { id: '6' }), update({ A: '1' }, { verify: true })];
    expect(splitSaved(commands, known({ A: '1' }))).toEqual({ saved: [], open: commands });
  });
});
