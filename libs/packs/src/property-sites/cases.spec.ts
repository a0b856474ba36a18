import { unmetOfCase } from '#mapping';
import { mapping } from './mapping.ts';
import { propertySites } from './pack.ts';

describe('worked cases of property-sites', () => {
  it.each(propertySites.cases)('$name', (workedCase) => {
    expect(unmetOfCase(mapping, workedCase)).toEqual([]);
  });

  it.each(propertySites.cases)('$name, every event delivered twice', ({ name, steps, expect: wanted }) => {
    const twice = { name, steps: steps.flatMap((step) => [step, step]), expect: wanted };
    expect(unmetOfCase(mapping, twice)).toEqual([]);
  });
});
