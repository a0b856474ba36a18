import { answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { addPicklistValues, createFields } from './create-fields.call.ts';
import { fields } from './fields.call.ts';
import { modules } from './modules.call.ts';
import { org } from './org.call.ts';
import { users } from './users.call.ts';

const created = (id: string) => ({ code: 'SUCCESS', details: { id }, message: 'field created', status: 'success' });

it('reads fields: type, length, uniqueness, what is written for a picklist value (reference 8)', async () => {
  const caller = scriptedCaller([
    answer(200, {
      fields: [
        {
          id: '1',
          api_name: 'Portal_User_ID',
          field_label: 'Portal User ID',
          data_type: 'text',
          length: 64,
          custom_field: true,
          system_mandatory: false,
          read_only: false,
          field_read_only: false,
          unique: { casesensitive: false },
          external: { show: true, type: 'org' },
          pick_list_values: [],
        },
        {
          id: '2',
          api_name: 'Stage',
          data_type: 'picklist',
          unique: {},
          external: null,
          read_only: true,
          system_mandatory: true,
          pick_list_values: [{ display_value: 'Identify Decision Makers', actual_value: 'Id. Decision Makers' }],
        },
      ],
    }),
  ]);
  const result = await fields(caller, 'Leads');
  expect(result).toEqual({
    kind: 'ok',
    fields: [
      {
        id: '1',
        apiName: 'Portal_User_ID',
        label: 'Portal User ID',
        dataType: 'text',
        length: 64,
        isMandatory: false,
        isCustom: true,
        isReadOnly: false,
        isUnique: true,
        external: 'org',
        values: [],
      },
      expect.objectContaining({
        apiName: 'Stage',
        label: 'Stage',
        length: null,
        isMandatory: true,
        isReadOnly: true,
        isUnique: false,
        external: null,
        values: ['Id. Decision Makers'],
      }),
    ],
  });
  expect(line(caller.requests[0])).toBe('GET /crm/v8/settings/fields?module=Leads');
});

it('creates fields five a call and returns an outcome for each', async () => {
  const caller = scriptedCaller([
    answer(201, { fields: ['1', '2', '3', '4', '5'].map(created) }),
    answer(400, { fields: [refused('DUPLICATE_DATA', { api_name: 'field_label' })] }),
  ]);
  const wanted = Array.from({ length: 6 }, (_, index) => ({ label: `F ${index}`, dataType: 'text', length: 40 }));
  const outcomes = await createFields(caller, 'Leads', { fields: wanted });
  expect(outcomes.map(({ kind }) => kind)).toEqual([...Array.from({ length: 5 }, () => 'succeeded'), 'rejected']);
  expect(outcomes[4]).toMatchObject({ recordId: '5', created: true });
  expect(line(caller.requests[1])).toBe('POST /crm/v8/settings/fields?module=Leads');
});

it('writes a field as the API wants it', async () => {
  const caller = scriptedCaller([answer(201, { fields: ['1', '2', '3', '4'].map(created) })]);
  await createFields(caller, 'Leads', {
    fields: [
      { label: 'Ext', dataType: 'text', length: 64, unique: true, external: true },
      { label: 'Plan', dataType: 'picklist', values: ['A', 'B'] },
      { label: 'Bio', dataType: 'textarea', textArea: 'large' },
      { label: 'Sum', dataType: 'currency', decimalPlaces: 2 },
    ],
  });
  expect(bodyOf(caller.requests[0])).toEqual({
    fields: [
      {
        field_label: 'Ext',
        data_type: 'text',
        length: 64,
        unique: { case_sensitive: false },
        external: { type: 'org', show: true },
      },
      {
        field_label: 'Plan',
        data_type: 'picklist',
        pick_list_values: [
          { display_value: 'A', actual_value: 'A' },
          { display_value: 'B', actual_value: 'B' },
        ],
      },
      { field_label: 'Bio', data_type: 'textarea', textarea: { type: 'large' } },
      { field_label: 'Sum', data_type: 'currency', decimal_place: 2 },
    ],
  });
});

it('adds values to a picklist', async () => {
  const caller = scriptedCaller([answer(200, { fields: [created('7')] })]);
  expect(await addPicklistValues(caller, 'Leads', { fieldId: '7', values: ['C'] })).toMatchObject({
    kind: 'succeeded',
  });
  expect(line(caller.requests[0])).toBe('PATCH /crm/v8/settings/fields/7?module=Leads');
});

it('reads modules, organisation and users', async () => {
  const caller = scriptedCaller([
    answer(200, {
      modules: [{ id: '1', api_name: 'Leads', plural_label: 'Leads', generated_type: 'default', api_supported: true }],
    }),
    answer(200, {
      org: [
        {
          id: '5',
          company_name: 'E',
          time_zone: 'Europe/Berlin',
          iso_code: 'EUR',
          type: 'Production',
          license_details: { paid_type: 'enterprise', users_license_purchased: 10 },
        },
      ],
    }),
    answer(200, {
      users: [{ id: '6', full_name: 'Sync User', email: null, status: 'active' }],
      info: { more_records: false },
    }),
    answer(204, undefined),
  ]);
  expect(await modules(caller)).toMatchObject({
    modules: [{ apiName: 'Leads', isCustom: false, isApiSupported: true }],
  });
  expect(await org(caller)).toMatchObject({
    org: { id: '5', type: 'production', currency: 'EUR', paidType: 'enterprise', users: 10 },
  });
  expect(await users(caller, { type: 'CurrentUser' })).toMatchObject({
    users: [{ id: '6', fullName: 'Sync User' }],
    nextPage: null,
  });
  expect(await users(caller, { type: 'AllUsers', page: 2 })).toEqual({ kind: 'ok', users: [], nextPage: null });
  expect(line(caller.requests[2])).toBe('GET /crm/v8/users?type=CurrentUser&page=1&per_page=200');
});

it('has no organisation in an empty answer', async () => {
  expect(await org(scriptedCaller([answer(204, undefined)]))).toMatchObject({ kind: 'unavailable' });
});
