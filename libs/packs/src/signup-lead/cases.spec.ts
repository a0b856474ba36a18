import { unmetOfCase } from '#mapping';
import { mapping } from './mapping.ts';
import { signupLead } from './pack.ts';

describe('worked cases of signup-lead', () => {
  it.each(signupLead.cases)('$name', (workedCase) => {
    expect(unmetOfCase(mapping, workedCase)).toEqual([]);
  });

  it('are judged: one that expects something else does not pass', () => {
    const [first] = signupLead.cases;
    const wrong = signupLead.cases.map(({ name, steps }) => ({
      name,
      steps,
      expect: { records: [{ module: 'Leads', match: { Last_Name: 'Nobody' } }] },
    }));
    expect(first).toBeDefined();
    expect(wrong.map((workedCase) => unmetOfCase(mapping, workedCase).length)).toEqual(wrong.map(() => 1));
  });
});
