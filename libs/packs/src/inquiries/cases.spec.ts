import { caseOfConnections, unmetOfCase } from '#mapping';
import { mapping } from './mapping.ts';
import { inquiries } from './pack.ts';

const cases = inquiries.cases.map((worked) => ({
  name: worked.name,
  parts: caseOfConnections(mapping, worked, inquiries.caseSettings),
}));

describe('worked cases of inquiries, as far as Zoho CRM goes', () => {
  it.each(cases.filter(({ parts }) => parts.length > 0))('$name', ({ parts }) => {
    for (const { mapping: own, workedCase } of parts) expect(unmetOfCase(own, workedCase)).toEqual([]);
  });

  it.each(cases.filter(({ parts }) => parts.length > 0))('$name, every event delivered twice', ({ parts }) => {
    for (const { mapping: own, workedCase } of parts) {
      const twice = { ...workedCase, steps: workedCase.steps.flatMap((step) => [step, step]) };
      expect(unmetOfCase(own, twice)).toEqual([]);
    }
  });

  // There is no destination zendesk yet.
  it.skip.each(cases.filter(({ parts }) => parts.length === 0))('$name (no connection to Zoho CRM)', () => undefined);
});
