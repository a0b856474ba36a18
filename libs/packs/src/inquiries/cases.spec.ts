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

  it('leaves out what has no connection to Zoho CRM: there is no destination zendesk yet', () => {
    expect(cases.filter(({ parts }) => parts.length === 0).map(({ name }) => name)).toEqual([
      "an agent puts the ticket on hold: one event, and the product's answer does not undo it",
    ]);
  });
});
