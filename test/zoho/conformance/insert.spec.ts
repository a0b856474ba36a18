import { IDENTITY } from '../zoho.context.ts';
import { conformance } from './conformance.ts';
import { errorOf, idsMade, itemsOf, type Target } from './target.ts';

const insert = (crm: Target, ...data: Record<string, unknown>[]) =>
  crm.api('POST', '/Leads', { body: { data, trigger: [] } });
const named = (fields: Record<string, unknown>) => ({ Last_Name: 'Conformance', ...fields });

conformance('Insert', (fact) => {
  fact('2.1', 'a record answers 201 with code, status, message and its id', async (crm) => {
    const answer = await insert(crm, named({}));
    expect(answer.status).toBe(201);
    const [item] = itemsOf(answer);
    expect(item).toMatchObject({ code: 'SUCCESS', status: 'success', message: 'record added' });
    expect(item?.details).toMatchObject({
      id: expect.stringMatching(/^\d{10,25}$/) as string,
      Created_By: { id: expect.any(String) as string, name: expect.any(String) as string },
      Modified_By: { id: expect.any(String) as string },
    });
    crm.keepTrack('Leads', ...idsMade(answer));
  });

  fact('9', 'times are whole seconds with an offset', async (crm) => {
    const answer = await insert(crm, named({}));
    const [item] = itemsOf(answer);
    crm.keepTrack('Leads', ...idsMade(answer));
    expect(item?.details?.['Modified_Time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  });

  fact('0.2', 'records are answered in input order, each in its place, with 207 when some fail', async (crm) => {
    const answer = await insert(crm, named({ City: 'one' }), { City: 'no name' }, named({ City: 'three' }));
    expect(answer.status).toBe(207);
    expect(itemsOf(answer).map(({ code }) => code)).toEqual(['SUCCESS', 'MANDATORY_NOT_FOUND', 'SUCCESS']);
    crm.keepTrack('Leads', ...idsMade(answer));
  });

  fact('2.1', 'all failing answers 400 with items, not with a bare error', async (crm) => {
    const answer = await insert(crm, { City: 'no name' }, { City: 'nor here' });
    expect(answer.status).toBe(400);
    expect(itemsOf(answer).map(({ code }) => code)).toEqual(['MANDATORY_NOT_FOUND', 'MANDATORY_NOT_FOUND']);
  });

  fact('6', 'MANDATORY_NOT_FOUND names the field and its place', async (crm) => {
    const [item] = itemsOf(await insert(crm, {}));
    expect(item).toMatchObject({
      code: 'MANDATORY_NOT_FOUND',
      message: 'required field not found',
      details: { api_name: 'Last_Name', json_path: '$.data[0].Last_Name' },
    });
  });

  fact('2.1', '100 records are one call', async (crm) => {
    const answer = await insert(crm, ...Array.from({ length: 100 }, (_, index) => named({ City: `c${index}` })));
    expect(answer.status).toBe(201);
    expect(itemsOf(answer)).toHaveLength(100);
    crm.keepTrack('Leads', ...idsMade(answer));
  });

  fact('2.1', '101 records are refused as a whole: INVALID_DATA with the limit', async (crm) => {
    const answer = await insert(crm, ...Array.from({ length: 101 }, () => named({})));
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({ code: 'INVALID_DATA', details: { maximum_length: 100, api_name: 'data' } });
  });

  fact('6', 'a body that is no JSON answers 400', async (crm) => {
    const answer = await crm.api('POST', '/Leads', { text: '{"data":[' });
    expect(answer.status).toBe(400);
    expect(['UNABLE_TO_PARSE_DATA_TYPE', 'INVALID_DATA']).toContain(errorOf(answer).code);
  });

  fact('6', 'a body without data answers 400', async (crm) => {
    const answer = await crm.api('POST', '/Leads', { body: { trigger: [] } });
    expect(answer.status).toBe(400);
    expect(['MANDATORY_NOT_FOUND', 'INVALID_DATA']).toContain(errorOf(answer).code);
  });

  fact(
    '6',
    'a second record with a unique value is DUPLICATE_DATA, which names the field and the other record',
    async (crm) => {
      const identity = crm.identity();
      const [id] = await crm.leads({ [IDENTITY]: identity });
      const answer = await insert(crm, named({ [IDENTITY]: identity }));
      expect(answer.status).toBe(400);
      const [item] = itemsOf(answer);
      expect(item).toMatchObject({
        code: 'DUPLICATE_DATA',
        message: 'duplicate data',
        details: { api_name: IDENTITY },
      });
      const other = item?.details?.['duplicate_record'] as { id?: string } | undefined;
      expect(other?.id ?? item?.details?.['id']).toBe(id);
    },
  );

  fact('2.3', 'two plain inserts may have one e-mail: it is not unique by itself', async (crm) => {
    const Email = `${crm.identity()}@example.test`;
    expect(await crm.leads({ Email }, { Email })).toHaveLength(2);
  });

  fact('12.6', 'an insert that is repeated makes a second record', async (crm) => {
    const [first] = await crm.leads({ City: 'same' });
    const [second] = await crm.leads({ City: 'same' });
    expect(second).not.toBe(first);
  });

  fact('9', 'ids are decimal text', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('GET', `/Leads/${id}`);
    expect(typeof itemsOf(answer)[0]?.['id']).toBe('string');
  });

  const values: readonly (readonly [title: string, fields: Record<string, unknown>, expected: unknown])[] = [
    ['text comes back as it was', { City: 'Çorum ü 漢' }, 'Çorum ü 漢'],
    ['an e-mail comes back', { Email: 'kaya@example.test' }, 'kaya@example.test'],
    ['a phone number comes back', { Phone: '+90 (312) 555-1212' }, '+90 (312) 555-1212'],
    ['a whole number comes back', { No_of_Employees: 42 }, 42],
    ['true comes back', { Email_Opt_Out: true }, true],
    ['a listed picklist value comes back', { Lead_Status: 'Contacted' }, 'Contacted'],
    ['null is an empty field', { City: null }, null],
    ['a URL comes back', { Website: 'https://example.test' }, 'https://example.test'],
    ['currency comes back', { Annual_Revenue: 1234.5 }, 1234.5],
  ];
  for (const [title, fields, expected] of values) {
    fact('9', title, async (crm) => {
      const [id = ''] = await crm.leads(fields);
      const [record] = itemsOf(await crm.api('GET', `/Leads/${id}`));
      expect(record?.[Object.keys(fields)[0] ?? '']).toEqual(expected);
    });
  }

  const refused: readonly (readonly [title: string, fields: Record<string, unknown>])[] = [
    ['text that is too long', { Last_Name: 'x'.repeat(300) }],
    ['an e-mail without a domain', { Email: 'nobody' }],
    ['an e-mail that is too long', { Email: `${'x'.repeat(100)}@example.test` }],
    ['a phone number with a star', { Phone: '12*34' }],
    ['text in a number', { No_of_Employees: 'many' }],
    ['a number of ten digits', { No_of_Employees: 1_234_567_890 }],
    ['text in a checkbox', { Email_Opt_Out: 'true' }],
    ['an object in a text', { City: { a: 1 } }],
  ];
  for (const [title, fields] of refused) {
    fact('9', `${title} is INVALID_DATA, which names the field`, async (crm) => {
      const answer = await insert(crm, named(fields));
      expect(answer.status).toBe(400);
      const [item] = itemsOf(answer);
      expect(item?.code).toBe('INVALID_DATA');
      expect(item?.details?.['api_name']).toBe(Object.keys(fields)[0]);
    });
  }

  fact('6', 'a text that is too long says how long it may be', async (crm) => {
    const [item] = itemsOf(await insert(crm, named({ [IDENTITY]: 'x'.repeat(65) })));
    expect(item?.details).toMatchObject({ maximum_length: 64, api_name: IDENTITY });
  });

  fact('6', 'a phone number that is none says what is expected', async (crm) => {
    const [item] = itemsOf(await insert(crm, named({ Phone: 'a*b' })));
    expect(item?.details).toMatchObject({ expected_data_type: 'phone', api_name: 'Phone' });
  });

  fact.simulator('2.1', 'without trigger all automations run, with an empty one none', async (crm) => {
    await crm.api('POST', '/Leads', { body: { data: [named({})] } });
    await insert(crm, named({}));
    const seen = (await crm.control.look('calls'))['calls'] as { kind: string; trigger: unknown }[];
    expect(
      seen
        .filter(({ kind }) => kind === 'records.insert')
        .slice(-2)
        .map(({ trigger }) => trigger ?? null),
    ).toEqual([null, []]);
  });
});
