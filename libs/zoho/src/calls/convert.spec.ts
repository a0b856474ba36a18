import { answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { convert } from './convert.call.ts';
import { convertedLead } from './converted-lead.call.ts';

const done = {
  code: 'SUCCESS',
  details: { Contacts: { name: 'K', id: '21' }, Deals: null, Accounts: { name: 'E', id: '31' } },
  message: 'The record has been converted successfully',
  status: 'success',
};

describe('converting a Lead (reference 3.1)', () => {
  it('tells nobody unless told to, and returns what the Lead became', async () => {
    const caller = scriptedCaller([answer(200, { data: [done] })]);
    expect(await convert(caller, { id: '11' })).toEqual({
      kind: 'converted',
      contactId: '21',
      accountId: '31',
      dealId: null,
    });
    expect(line(caller.requests[0])).toBe('POST /crm/v8/Leads/11/actions/convert');
    expect(bodyOf(caller.requests[0])).toEqual({
      data: [{ notify_lead_owner: false, notify_new_entity_owner: false }],
    });
    expect(caller.observations).toMatchObject([{ credits: 5, path: '/crm/v8/Leads/{id}/actions/convert' }]);
  });

  it('names existing records, an owner and a deal in version 8 form', async () => {
    const caller = scriptedCaller([
      answer(200, { data: [{ ...done, details: { ...done.details, Deals: { id: '41' } } }] }),
    ]);
    const deal = { Deal_Name: 'd', Closing_Date: '2026-03-01', Stage: 's' };
    const options = { id: '11', accountId: '31', contactId: '21', ownerId: '1', overwrite: true, deal };
    expect(await convert(caller, options)).toMatchObject({ dealId: '41' });
    expect(bodyOf(caller.requests[0])).toMatchObject({
      data: [{ Accounts: { id: '31' }, Contacts: { id: '21' }, assign_to: { id: '1' }, overwrite: true, Deals: deal }],
    });
  });

  it('reads ids alone, as the oldest versions answered, and a scheduled job', async () => {
    const caller = scriptedCaller([
      answer(200, { data: [{ ...done, details: { Contacts: '21', Deals: null, Accounts: '31' } }] }),
      answer(202, { data: [{ code: 'SCHEDULED', details: { job_id: '9' }, message: 'm', status: 'success' }] }),
    ]);
    expect(await convert(caller, { id: '11' })).toMatchObject({ kind: 'converted', contactId: '21' });
    expect(await convert(caller, { id: '11' })).toEqual({ kind: 'scheduled', jobId: '9' });
  });

  it('is refused the second time, which can be told', async () => {
    const caller = scriptedCaller([
      answer(400, refused('ID_ALREADY_CONVERTED', { resource_path_index: 1 }, 'id already converted')),
    ]);
    expect(await convert(caller, { id: '11' })).toMatchObject({ kind: 'rejected', zohoCode: 'ID_ALREADY_CONVERTED' });
  });

  it('is unknown when its answer is lost or makes no sense', async () => {
    const caller = scriptedCaller([
      { kind: 'lost', reason: 'TIMEOUT' },
      answer(200, { data: [{}] }),
      answer(204, undefined),
    ]);
    for (let call = 0; call < 3; call += 1)
      expect(await convert(caller, { id: '11' })).toMatchObject({ kind: 'unknown' });
  });
});

describe('what a Lead became', () => {
  it('is read from the lookups of the list', async () => {
    const record = {
      id: '11',
      Converted__s: true,
      Converted_Date_Time: '2026-03-02T10:00:00+01:00',
      Converted_Contact: { id: '21', name: 'K' },
      Converted_Account: { id: '31', name: 'E' },
      Converted_Deal: null,
    };
    const caller = scriptedCaller([answer(200, { data: [record] })]);
    expect(await convertedLead(caller, ['11', '12'])).toEqual({
      kind: 'ok',
      leads: [
        { id: '11', contactId: '21', accountId: '31', dealId: null, convertedAt: Date.parse('2026-03-02T09:00:00Z') },
      ],
    });
    expect(line(caller.requests[0])).toContain('converted=true');
    expect(caller.requests).toHaveLength(1);
  });

  it('is read from the record itself where the list does not say', async () => {
    const caller = scriptedCaller([
      answer(200, { data: [{ id: '11', Converted__s: true }] }),
      answer(200, { data: [{ id: '11', $converted_detail: { contact: '21', account: { id: '31' }, deal: null } }] }),
    ]);
    expect(await convertedLead(caller, ['11'])).toMatchObject({
      leads: [{ contactId: '21', accountId: '31', dealId: null }],
    });
    expect(line(caller.requests[1])).toBe('GET /crm/v8/Leads/11?converted=true');
  });

  it('is nothing for Leads that are not converted, and for none', async () => {
    const caller = scriptedCaller([answer(200, { data: [{ id: '11', Converted__s: false }] }), answer(204, undefined)]);
    expect(await convertedLead(caller, ['11'])).toEqual({ kind: 'ok', leads: [] });
    expect(await convertedLead(caller, ['11'])).toEqual({ kind: 'ok', leads: [] });
  });

  it('is not guessed when the read fails', async () => {
    const caller = scriptedCaller([answer(200, { data: [{ id: '11', Converted__s: true }] }), answer(500, undefined)]);
    expect(await convertedLead(caller, ['11'])).toMatchObject({ kind: 'unavailable' });
  });
});
