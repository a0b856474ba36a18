import { IDENTITY } from '../zoho.context.ts';
import { conformance } from './conformance.ts';
import { errorOf, itemsOf } from './target.ts';

const DAY = 86_400_000;

conformance('Metadata', (fact) => {
  for (const module of ['Leads', 'Contacts', 'Accounts', 'Deals', 'Tasks', 'Cases', 'Quotes', 'Products']) {
    fact('8', `the module ${module} is there and open to the API`, async (crm) => {
      const result = await crm.zoho.modules();
      const found = result.kind === 'ok' ? result.modules.find(({ apiName }) => apiName === module) : undefined;
      expect(found).toMatchObject({ isApiSupported: true });
    });
  }

  const fields: readonly (readonly [name: string, type: string])[] = [
    ['Last_Name', 'text'],
    ['Email', 'email'],
    ['Phone', 'phone'],
    ['Website', 'website'],
    ['Lead_Status', 'picklist'],
    ['Annual_Revenue', 'currency'],
    ['No_of_Employees', 'integer'],
    ['Email_Opt_Out', 'boolean'],
    ['Description', 'textarea'],
    ['Owner', 'ownerlookup'],
    ['Created_Time', 'datetime'],
  ];
  for (const [name, type] of fields) {
    fact('8', `the field ${name} of Leads is of the type ${type}`, async (crm) => {
      const result = await crm.zoho.fields('Leads');
      const found = result.kind === 'ok' ? result.fields.find(({ apiName }) => apiName === name) : undefined;
      expect(found).toMatchObject({ dataType: type, isCustom: false });
    });
  }

  fact('8', 'a custom unique field says so, with its length', async (crm) => {
    const result = await crm.zoho.fields('Leads');
    const found = result.kind === 'ok' ? result.fields.find(({ apiName }) => apiName === IDENTITY) : undefined;
    expect(found).toMatchObject({ isCustom: true, isUnique: true, length: 64, dataType: 'text' });
  });

  fact('8', 'a picklist lists its values as they are written', async (crm) => {
    const result = await crm.zoho.fields('Leads');
    const found = result.kind === 'ok' ? result.fields.find(({ apiName }) => apiName === 'Lead_Status') : undefined;
    expect(found?.values).toEqual(expect.arrayContaining(['Contacted', 'Not Contacted']));
  });

  fact('8', 'fields of a module that is none are refused', async (crm) => {
    const answer = await crm.api('GET', '/settings/fields', { query: { module: 'Nonsense' } });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'INVALID_MODULE']);
  });

  fact('8', 'more than five fields in one call are refused', async (crm) => {
    const some = Array.from({ length: 6 }, (_, index) => ({ field_label: `Never ${index}`, data_type: 'text' }));
    const answer = await crm.api('POST', '/settings/fields', { query: { module: 'Leads' }, body: { fields: some } });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).status).toBe('error');
  });

  fact('8', 'a field of a type that is none is refused', async (crm) => {
    const outcomes = await crm.zoho.createFields('Leads', { fields: [{ label: 'Never this', dataType: 'nonsense' }] });
    expect(outcomes).toMatchObject([{ kind: 'rejected' }]);
  });

  fact('8', 'a field whose label is taken is DUPLICATE_DATA', async (crm) => {
    const outcomes = await crm.zoho.createFields('Leads', { fields: [{ label: 'Email', dataType: 'text' }] });
    expect(outcomes).toMatchObject([{ kind: 'rejected', zohoCode: 'DUPLICATE_DATA' }]);
  });

  fact('8', 'the organisation tells its id, zone, currency and edition', async (crm) => {
    const answer = await crm.api('GET', '/org');
    expect(itemsOf(answer, 'org')[0]).toMatchObject({
      id: expect.stringMatching(/^\d+$/) as string,
      zgid: expect.anything() as unknown,
      time_zone: expect.any(String) as string,
      license_details: { paid_type: expect.any(String) as string },
    });
  });

  fact('8', 'the current user is one, and active', async (crm) => {
    const result = await crm.zoho.users({ type: 'CurrentUser' });
    expect(result).toMatchObject({ kind: 'ok', users: [{ status: 'active' }] });
  });

  fact('8', 'all users hold the current one', async (crm) => {
    const [all, own] = [await crm.zoho.users({ type: 'AllUsers' }), await crm.zoho.users({ type: 'CurrentUser' })];
    if (all.kind !== 'ok' || own.kind !== 'ok') throw new Error('no users');
    expect(all.users.map(({ id }) => id)).toContain(own.users[0]?.id);
  });

  fact('8', 'a record written over the API is modified by the current user', async (crm) => {
    const own = await crm.zoho.users({ type: 'CurrentUser' });
    const [id = ''] = await crm.leads({});
    const [record] = itemsOf(await crm.api('GET', `/Leads/${id}`));
    expect(record?.['Modified_By']).toMatchObject({ id: own.kind === 'ok' ? own.users[0]?.id : '' });
  });
});

conformance('Notifications', (fact) => {
  let last = Date.now() * 100;
  const channel = (rest: Record<string, unknown> = {}) => ({
    channel_id: String((last += 1)),
    events: ['Leads.edit'],
    notify_url: 'https://receiver.example.com/zoho',
    channel_expiry: new Date(Date.now() + DAY).toISOString().replace(/\.\d+Z$/, '+00:00'),
    token: 'opaque',
    notify_on_related_action: false,
    ...rest,
  });
  const watch = (...channels: unknown[]) => ({ body: { watch: channels } });

  fact('7.1', 'a channel answers 201 with its expiry, module and id', async (crm) => {
    const one = channel();
    const answer = await crm.api('POST', '/actions/watch', watch(one));
    expect(answer.status).toBe(201);
    const [item] = itemsOf(answer, 'watch');
    expect(item).toMatchObject({ code: 'SUCCESS', status: 'success' });
    const events = item?.details?.['events'] as Record<string, unknown>[];
    expect(events[0]).toMatchObject({
      channel_id: one.channel_id,
      resource_name: 'Leads',
      channel_expiry: expect.any(String) as string,
    });
    await crm.zoho.watch.disable([one.channel_id]);
  });

  fact('7.1', 'more than a week becomes one hour, in silence', async (crm) => {
    const id = channel().channel_id;
    const [outcome] = await crm.zoho.watch.enable([
      {
        channelId: id,
        events: ['Leads.edit'],
        notifyUrl: 'https://receiver.example.com/',
        expiresAt: new Date(Date.now() + 8 * DAY),
        token: 't',
      },
    ]);
    if (outcome?.kind !== 'watched') throw new Error(JSON.stringify(outcome));
    expect(outcome.expiresAt).toBeLessThan(Date.now() + 3_700_000);
    await crm.zoho.watch.disable([id]);
  });

  fact('7.1', 'Notes cannot be watched', async (crm) => {
    const answer = await crm.api('POST', '/actions/watch', watch(channel({ events: ['Notes.all'] })));
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'INVALID_DATA']);
  });

  for (const name of ['channel_id', 'events', 'notify_url']) {
    fact('7.1', `a channel without ${name} is MANDATORY_NOT_FOUND`, async (crm) => {
      const answer = await crm.api('POST', '/actions/watch', watch(channel({ [name]: undefined })));
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'MANDATORY_NOT_FOUND']);
    });
  }

  fact('7.1', 'a channel is listed with its address and token, and is gone after it was ended', async (crm) => {
    const one = channel();
    await crm.api('POST', '/actions/watch', watch(one));
    const query = { channel_id: one.channel_id };
    const listed = await crm.api('GET', '/actions/watch', { query });
    expect(itemsOf(listed, 'watch')[0]).toMatchObject({
      channel_id: one.channel_id,
      notify_url: one.notify_url,
      token: 'opaque',
    });
    expect(await crm.zoho.watch.disable([one.channel_id])).toMatchObject([{ kind: 'ended' }]);
    expect((await crm.api('GET', '/actions/watch', { query })).status).toBe(204);
  });

  fact('7.1', 'a channel that is not there is NOT_SUBSCRIBED', async (crm) => {
    const answer = await crm.api('DELETE', '/actions/watch', { query: { channel_ids: channel().channel_id } });
    expect(errorOf(answer).code).toBe('NOT_SUBSCRIBED');
  });

  fact('7.1', 'PUT extends the life of a channel', async (crm) => {
    const one = channel({
      channel_expiry: new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, '+00:00'),
    });
    await crm.api('POST', '/actions/watch', watch(one));
    const longer = {
      channelId: one.channel_id,
      events: ['Leads.edit'],
      notifyUrl: one.notify_url,
      expiresAt: new Date(Date.now() + 3 * DAY),
      token: 't',
    };
    const [outcome] = await crm.zoho.watch.renew([longer]);
    expect(outcome?.kind === 'watched' && outcome.expiresAt).toBeGreaterThan(Date.now() + 2 * DAY);
    await crm.zoho.watch.disable([one.channel_id]);
  });
});

conformance('Limits', (fact) => {
  fact('5.3', 'no answer names a time to come back at', async (crm) => {
    expect((await crm.api('GET', '/org')).headers.get('retry-after')).toBeNull();
  });

  fact.simulator('5.1', 'the credits of each kind of call are those that the client counts', async (crm) => {
    const before = (await crm.control.look('calls'))['last'] as number;
    await crm.zoho.org();
    await crm.zoho.coql(`select id from Leads where ${IDENTITY} = 'x' limit 0, 1`);
    await crm.zoho.deleted('Leads', { since: new Date(0) });
    const calls = (await crm.control.look(`calls?since=${before}`))['calls'] as { credits: number }[];
    expect(calls.map(({ credits }) => credits)).toEqual([1, 1, 2]);
  });

  fact.simulator('5.3', 'the header names what is left from half of the credits on', async (crm) => {
    const used = (await crm.control.look('calls'))['creditsUsed'] as number;
    expect((await crm.api('GET', '/org')).headers.get('x-api-credits-remaining')).toBeNull();
    await crm.control.act('limits', { credits: used + 10 });
    expect((await crm.api('GET', '/org')).headers.get('x-api-credits-remaining')).toMatch(/^\d+$/);
    await crm.control.act('limits', { credits: null });
  });

  fact.simulator('5.3', 'without credits every call answers 429, which does not say why', async (crm) => {
    await crm.control.act('limits', { credits: 1 });
    const answer = await crm.api('GET', '/org');
    await crm.control.act('limits', { credits: null });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null]);
    expect(answer.body).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });
});
