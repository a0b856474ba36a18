import { items, SimSession } from '../testing/sim.session.ts';
import { NotificationReceiver } from '../testing/notification.receiver.ts';

const HOUR = 3_600_000;

describe('notifications', () => {
  let sim: SimSession;
  let receiver: NotificationReceiver;
  let url: string;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(async () => {
    await sim.reset();
    receiver = new NotificationReceiver();
    url = await receiver.start();
  });
  afterEach(() => receiver.close());
  afterAll(() => sim.close());

  const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString().replace(/\.\d+Z$/, '+00:00');
  const watch = (more: object = {}) => {
    const channel = { channel_id: '1000000068001', events: ['Leads.all'], notify_url: url, token: 'secret', ...more };
    return sim.api('POST', '/actions/watch', { body: { watch: [channel] } });
  };
  const expiryOf = (reply: Awaited<ReturnType<typeof watch>>) => {
    const events = items(reply, 'watch')[0]?.details?.['events'] as { channel_expiry: string }[] | undefined;
    return Date.parse(events?.[0]?.channel_expiry ?? '') - Date.now();
  };
  /** Waits until every callback has left. */
  const quiet = async () => {
    for (;;) {
      const { body } = await sim.control('GET', 'notifications');
      if (body?.['pending'] === 0) return;
    }
  };

  it('subscribes for an hour by default or beyond a week, and as asked for within one', async () => {
    const reply = await watch();
    expect(reply.status).toBe(201);
    expect(items(reply, 'watch')[0]).toMatchObject({
      code: 'SUCCESS',
      message: 'Successfully subscribed for actions-watch of the given module',
      details: {
        events: [
          {
            resource_name: 'Leads',
            channel_id: '1000000068001',
            resource_uri: 'https://www.zohoapis.com/crm/v2/Leads',
          },
        ],
      },
    });
    expect(Math.round(expiryOf(reply) / 60_000)).toBe(60);
    expect(Math.round(expiryOf(await watch({ channel_expiry: at(8 * 24 * HOUR) })) / 60_000)).toBe(60);
    expect(Math.round(expiryOf(await watch({ channel_expiry: at(48 * HOUR) })) / HOUR)).toBe(48);
  });

  it('tells thinly of what API and people write', async () => {
    await watch({ return_affected_field_values: true });
    const ids = await sim.insert('Leads', { Last_Name: 'A' }, { Last_Name: 'B' });
    await receiver.until(1);
    await sim.control('POST', 'edit', { module: 'Leads', id: ids[0], fields: { Phone: '555' }, user: 'Sam Sales' });
    await receiver.until(2);
    await sim.api('DELETE', `/Leads/${ids[0]}`);
    const [insert, update, remove] = await receiver.until(3);
    expect(insert).toEqual({
      server_time: expect.any(Number),
      affected_values: expect.any(Array),
      query_params: { src: 'crm' },
      module: 'Leads',
      resource_uri: 'https://www.zohoapis.com/crm/v2/Leads',
      ids,
      affected_fields: [],
      operation: 'insert',
      channel_id: '1000000068001',
      token: 'secret',
    });
    expect(update).toMatchObject({
      operation: 'update',
      ids: [ids[0]],
      affected_fields: [{ [ids[0] ?? '']: ['Phone'] }],
      affected_values: [{ record_id: ids[0], values: { Phone: '555' } }],
    });
    expect(remove).toMatchObject({ operation: 'delete', affected_values: [{ values: { Record_Status__s: 0 } }] });
    const records = (await sim.control('GET', 'records?module=Leads&deleted=true')).body?.['records'];
    expect(records).toMatchObject([{ Modified_By: { name: 'Sam Sales' } }]);
  });

  it('keeps edits of other fields back when a condition names some', async () => {
    const field = (api_name: string) => ({ field: { api_name } });
    const field_selection = {
      group_operator: 'or',
      group: [field('Email'), { group_operator: 'and', group: [field('Phone'), field('Mobile')] }],
    };
    const notification_condition = [{ type: 'field_selection', module: { api_name: 'Leads' }, field_selection }];
    await watch({ events: ['Leads.edit'], notification_condition });
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    const put = (fields: object) => sim.api('PUT', `/Leads/${id}`, { body: { data: [fields] } });
    await put({ Phone: '1' });
    await put({ Email: 'a@example.test' });
    await put({ Phone: '2', Mobile: '3' });
    await put({ Email: 'a@example.test' });
    await quiet();
    expect(
      receiver.callbacks.map((callback) => Object.values((callback['affected_fields'] as object[])[0] ?? {})[0]),
    ).toEqual([['Email'], ['Phone', 'Mobile']]);
  });

  it('tells of notes and tasks as related actions unless told not to', async () => {
    await watch({ events: ['Leads.edit'] });
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    const note = { body: { data: [{ Note_Title: 'N' }] } };
    await sim.api('POST', `/Leads/${id}/Notes`, note);
    expect((await receiver.until(1))[0]).toMatchObject({ ids: [id], operation: 'update' });
    await watch({ events: ['Leads.edit'], notify_on_related_action: false });
    await sim.api('POST', `/Leads/${id}/Notes`, note);
    await quiet();
    expect(receiver.callbacks).toHaveLength(1);
  });

  it('falls silent after the expiry without a word', async () => {
    await watch();
    await sim.control('POST', 'clock', { advanceMs: HOUR + 1000 });
    sim.useToken(undefined);
    await sim.insert('Leads', { Last_Name: 'A' });
    await quiet();
    expect(receiver.callbacks).toHaveLength(0);
    expect((await sim.api('GET', '/actions/watch')).status).toBe(204);
    const put = await sim.api('PUT', '/actions/watch', {
      body: { watch: [{ channel_id: '1000000068001', events: ['Leads.all'], notify_url: url }] },
    });
    expect([put.status, items(put, 'watch')[0]?.code]).toEqual([400, 'NOT_SUBSCRIBED']);
    expect((await sim.control('GET', 'channels')).body?.['channels']).toMatchObject([{ expired: true }]);
  });

  it('lists, changes, prolongs and stops channels', async () => {
    await watch({ events: ['Leads.all', 'Contacts.edit'] });
    expect(items(await sim.api('GET', '/actions/watch'), 'watch')).toMatchObject([
      { channel_id: '1000000068001', events: ['Leads.all'], token: 'secret', resource_name: 'Leads' },
      { events: ['Contacts.edit'], resource_name: 'Contacts' },
    ]);
    const patch = (more: object) =>
      sim.api('PATCH', '/actions/watch', { body: { watch: [{ channel_id: 1000000068001, ...more }] } });
    expect(Math.round(expiryOf(await patch({ channel_expiry: at(24 * HOUR) })) / HOUR)).toBe(24);
    expect(items(await patch({ events: ['Contacts.edit'], _delete_events: true }), 'watch')[0]?.['message']).toBe(
      'Successfully removed the subscribe details',
    );
    expect(items(await sim.api('GET', '/actions/watch?channel_id=1000000068001'), 'watch')).toHaveLength(1);
    const stopped = await sim.api('DELETE', '/actions/watch?channel_ids=1000000068001,5');
    expect([stopped.status, items(stopped, 'watch').map((item) => item.code)]).toEqual([
      207,
      ['SUCCESS', 'NOT_SUBSCRIBED'],
    ]);
  });

  it.each([
    ['MANDATORY_NOT_FOUND', 'channel_id', { channel_id: undefined }],
    ['INVALID_DATA', 'channel_id', { channel_id: 'abc' }],
    ['MANDATORY_NOT_FOUND', 'events', { events: undefined }],
    ['INVALID_DATA', 'events', { events: ['Notes.all'] }],
    ['INVALID_DATA', 'events', { events: ['Leads.nope'] }],
    ['MANDATORY_NOT_FOUND', 'notify_url', { notify_url: undefined }],
    ['INVALID_DATA', 'notify_url', { notify_url: 'nowhere' }],
    ['INVALID_DATA', 'token', { token: 'x'.repeat(51) }],
    ['INVALID_DATA', 'channel_expiry', { channel_expiry: '2020-01-01T00:00:00+00:00' }],
  ])('refuses with %s for %s', async (code, api_name, more) => {
    const reply = await watch(more);
    expect([reply.status, items(reply, 'watch')[0]]).toMatchObject([400, { code, details: { api_name } }]);
  });

  it('loses, doubles and swaps callbacks when asked to', async () => {
    await watch({ events: ['Leads.create'] });
    await sim.control('POST', 'notifications', { loss: 1 });
    await sim.insert('Leads', { Last_Name: 'A' });
    await quiet();
    expect((await sim.control('GET', 'notifications')).body).toMatchObject({ loss: 1, lost: 1, sent: 0 });
    await sim.control('POST', 'notifications', { loss: 0, duplicate: 1 });
    const [twice] = await sim.insert('Leads', { Last_Name: 'B' });
    const [first, second] = await receiver.until(2);
    expect([first?.['ids'], second?.['ids']]).toEqual([[twice], [twice]]);
    await sim.control('POST', 'notifications', { duplicate: 0, reorder: 1 });
    const [late] = await sim.insert('Leads', { Last_Name: 'C' });
    await sim.control('POST', 'notifications', { reorder: 0 });
    const [early] = await sim.insert('Leads', { Last_Name: 'D' });
    const swapped = (await receiver.until(4)).slice(2).map((callback) => callback['ids']);
    expect(new Set(swapped.flat())).toEqual(new Set([late, early]));
    expect(swapped[0]).toEqual([early]);
  });

  it('sends the notification of an unchanged record again', async () => {
    await watch();
    const { body } = await sim.control('POST', 'create', {
      module: 'Leads',
      fields: { Last_Name: 'A' },
      user: 'Sam Sales',
    });
    expect(body?.['records']).toMatchObject([{ Created_By: { name: 'Sam Sales' } }]);
    await sim.control('POST', 'notify', { module: 'Leads', match: { Last_Name: 'A' }, times: 2 });
    const callbacks = await receiver.until(3);
    expect(callbacks.map((callback) => callback['operation'])).toEqual(['insert', 'update', 'update']);
  });
});
