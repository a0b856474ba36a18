import type { JsonObject } from '#contracts';
import { builtInPacks } from '#packs';
import { requireSettings } from './connection.settings.ts';

const mappings = Object.values(builtInPacks)
  .filter(({ name }) => ['inquiries', 'signup-lead'].includes(name))
  .map(({ mapping }) => mapping);
const refusal = (tenantId: string, settings: JsonObject): unknown => {
  try {
    requireSettings({ tenantId, settings }, mappings);
    return null;
  } catch (error) {
    return error;
  }
};

it.each<[string, JsonObject]>([
  ['t1', { record_types: ['messages'], watch: {} }],
  ['agency', { record_types: ['contacts'], on_delete: 'delete' }],
  ['portal', { watch: {} }],
])('a connection of %s may have the settings %j', (tenant, settings) => {
  expect(refusal(tenant, settings)).toBeNull();
});

it.each<[string, JsonObject, string]>([
  ['t1', {}, 'inquiries: record_types names nothing; tick one or more of contacts, messages, tickets'],
  [
    'agency',
    { record_types: [] },
    'inquiries: record_types names nothing; tick one or more of contacts, messages, tickets',
  ],
  ['t1', { record_types: ['mails'] }, 'record_types.0: '],
  ['t1', { record_types: ['tickets'], on_delete: 'hide' }, 'on_delete: '],
])('a connection of %s cannot be saved with the settings %j', (tenant, settings, why) => {
  expect(refusal(tenant, settings)).toMatchObject({
    code: 'CONNECTION_SETTINGS_REFUSED',
    message: expect.stringContaining(why) as string,
  });
});
