import { unmetOfCase, type CaseStep } from '#mapping';
import { mapping } from './mapping.ts';
import { telecomContracts } from './pack.ts';

describe('worked cases of telecom-contracts', () => {
  it('are those of its page', () => {
    expect(telecomContracts.cases).toHaveLength(8);
  });

  it.each(telecomContracts.cases)('$name', (workedCase) => {
    expect(unmetOfCase(mapping, workedCase)).toEqual([]);
  });

  it.each(telecomContracts.cases)('$name, every event delivered twice', ({ name, steps, expect: wanted }) => {
    const twice = steps.flatMap((step): CaseStep[] => ('event' in step ? [step, step] : [step]));
    expect(unmetOfCase(mapping, { name, steps: twice, expect: wanted })).toEqual([]);
  });
});
