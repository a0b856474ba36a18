import { ERROR_CATALOGUE } from './error.catalogue.ts';

const OWNERS = ['product', 'platform', 'sales admin'];
/** Codes that a command can be parked with, or wait with. */
const crm = Object.entries(ERROR_CATALOGUE).filter(
  ([code]) => code.startsWith('CRM_') || code === 'deleted_in_crm' || code === 'contact_of_another',
);

describe('codes of the CRM', () => {
  it.each(crm)('%s says what it means, what to do and who can', (_, { meaning, action, owner }) => {
    expect(meaning.length).toBeGreaterThan(10);
    expect(action).toMatch(/\.$/);
    expect(OWNERS).toContain(owner);
  });
});
