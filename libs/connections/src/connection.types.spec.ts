import { connectionSettingsSchema } from './connection.types.ts';

describe('connectionSettingsSchema', () => {
  it('watches nothing by default', () => {
    expect(connectionSettingsSchema.parse({})).toEqual({ watch: {} });
  });

  it('takes modules with their fields', () => {
    const settings = { watch: { Leads: ['Lead_Status', 'Owner'], Deals: [] } };
    expect(connectionSettingsSchema.parse(settings)).toEqual(settings);
  });

  it.each([
    null,
    [],
    { watch: null },
    { watch: ['Leads'] },
    { watch: { Leads: 'Lead_Status' } },
    { watch: { Leads: [1] } },
  ])('refuses %j', (settings) => {
    expect(connectionSettingsSchema.safeParse(settings).success).toBe(false);
  });
});
