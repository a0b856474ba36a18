import type { Json } from '#contracts';
import { answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { listWatch } from './watch-list.call.ts';
import { disableWatch, enableWatch, renewWatch, type Channel } from './watch.call.ts';

const channel: Channel = {
  channelId: '1000000068001',
  events: ['Leads.edit', 'Contacts.all'],
  notifyUrl: 'https://receiver.example/zoho',
  expiresAt: new Date('2026-03-08T10:00:00.500Z'),
  token: 'opaque',
};
const other: Channel = { ...channel, channelId: '1000000068002' };

function watched(channelId: string, ...expiries: string[]): { [key: string]: Json } {
  const events = expiries.map((channel_expiry) => ({
    channel_expiry,
    resource_uri: 'https://www.zohoapis.com/crm/v2/Leads',
    resource_id: '5',
    resource_name: 'Leads',
    channel_id: channelId,
  }));
  return { code: 'SUCCESS', details: { events }, message: 'Successfully subscribed', status: 'success' };
}

it('subscribes with related-record notifications off, and reads the expiry back (reference 7.1)', async () => {
  const caller = scriptedCaller([
    answer(201, { watch: [watched(channel.channelId, '2026-03-08T11:00:00+01:00', '2026-03-01T12:00:00+01:00')] }),
  ]);
  expect(await enableWatch(caller, [channel])).toEqual([
    { kind: 'watched', channelId: channel.channelId, expiresAt: Date.parse('2026-03-01T11:00:00Z') },
  ]);
  expect(line(caller.requests[0])).toBe('POST /crm/v8/actions/watch');
  expect(bodyOf(caller.requests[0])).toEqual({
    watch: [
      {
        channel_id: '1000000068001',
        events: ['Leads.edit', 'Contacts.all'],
        notify_url: 'https://receiver.example/zoho',
        channel_expiry: '2026-03-08T10:00:00+00:00',
        token: 'opaque',
        notify_on_related_action: false,
        return_affected_field_values: false,
      },
    ],
  });
});

it('renews by replacing, and tells a channel that is gone', async () => {
  const caller = scriptedCaller([
    answer(207, { watch: [watched(channel.channelId, '2026-03-08T10:00:00+00:00'), refused('NOT_SUBSCRIBED')] }),
  ]);
  expect(await renewWatch(caller, [channel, other])).toMatchObject([
    { kind: 'watched' },
    { kind: 'rejected', zohoCode: 'NOT_SUBSCRIBED', gone: true },
  ]);
  expect(caller.requests[0]?.method).toBe('PUT');
});

it('finds each channel by its id, whatever the order and however many items there are', async () => {
  const caller = scriptedCaller([
    answer(201, {
      watch: [
        watched(other.channelId, '2026-03-02T10:00:00Z'),
        watched(channel.channelId, '2026-03-03T10:00:00Z'),
        watched(channel.channelId, '2026-03-01T10:00:00Z'),
      ],
    }),
  ]);
  expect(await enableWatch(caller, [channel, other])).toMatchObject([
    { channelId: channel.channelId, expiresAt: Date.parse('2026-03-01T10:00:00Z') },
    { channelId: other.channelId, expiresAt: Date.parse('2026-03-02T10:00:00Z') },
  ]);
});

it.each([
  ['a bare refusal', answer(400, refused('INVALID_DATA', { api_name: 'token' })), { kind: 'rejected', field: 'token' }],
  [
    'a wrapped refusal',
    answer(400, { watch: [refused('INVALID_DATA', { api_name: 'notify_url' })] }),
    { kind: 'rejected', field: 'notify_url' },
  ],
  ['no expiry', answer(201, { watch: [watched(channel.channelId)] }), { kind: 'unknown' }],
  ['another channel', answer(201, { watch: [watched('5', '2026-03-01T10:00:00Z')] }), { kind: 'unknown' }],
  ['HTML', answer(200, '<html/>'), { kind: 'unknown' }],
  ['nothing', answer(204, undefined), { kind: 'unknown' }],
  ['throttling', answer(429, undefined), { kind: 'throttled' }],
  ['a lost answer', { kind: 'lost', reason: 'TIMEOUT' } as const, { kind: 'unknown' }],
])('does not believe to be subscribed after %s', async (_name, exchange, expected) => {
  expect(await enableWatch(scriptedCaller([exchange]), [channel])).toMatchObject([expected]);
});

it('ends channels; the answer has an item for each module', async () => {
  const item = (channel_id: string, resource_name: string) => ({
    code: 'SUCCESS',
    details: { resource_uri: 'u', resource_id: '1', resource_name, channel_id },
    message: 'Successfully un-subscribed from actions-watch',
    status: 'success',
  });
  const caller = scriptedCaller([
    answer(200, { watch: [item('1', 'Leads'), item('1', 'Contacts'), item('2', 'Leads')] }),
    answer(400, { watch: [refused('NOT_SUBSCRIBED')] }),
  ]);
  expect(await disableWatch(caller, ['1', '2'])).toEqual([
    { kind: 'ended', channelId: '1' },
    { kind: 'ended', channelId: '2' },
  ]);
  expect(await disableWatch(caller, ['3'])).toMatchObject([{ kind: 'rejected', gone: true }]);
  expect(line(caller.requests[0])).toBe('DELETE /crm/v8/actions/watch?channel_ids=1,2');
});

it('lists channels without their token, and none for 204', async () => {
  const caller = scriptedCaller([
    answer(200, {
      watch: [
        {
          channel_id: '1',
          resource_name: 'Leads',
          events: ['Leads.edit'],
          notify_url: 'https://receiver.example',
          channel_expiry: '2026-03-01T10:00:00Z',
          token: 'opaque',
        },
      ],
      info: { more_records: false, page: 1, per_page: 200, count: 1 },
    }),
    answer(204, undefined),
  ]);
  const result = await listWatch(caller, { channelId: '1' });
  expect(result).toMatchObject({
    channels: [{ channelId: '1', module: 'Leads', expiresAt: Date.parse('2026-03-01T10:00:00Z') }],
  });
  expect(JSON.stringify(result)).not.toContain('opaque');
  expect(await listWatch(caller)).toEqual({ kind: 'ok', channels: [], more: false });
});

it('names the fields of a condition with their ids, in groups of two', async () => {
  const caller = scriptedCaller([
    answer(201, { watch: [watched(channel.channelId, '2026-03-08T11:00:00+01:00')] }),
    answer(201, { watch: [watched(channel.channelId, '2026-03-08T11:00:00+01:00')] }),
  ]);
  const module = { id: '5', apiName: 'Leads' };
  const fields = ['Email', 'Phone', 'Company'].map((apiName, index) => ({ id: `1${index}`, apiName }));
  await enableWatch(caller, [{ ...channel, condition: { module, fields: fields.slice(0, 1) } }]);
  await enableWatch(caller, [{ ...channel, condition: { module, fields } }]);
  const field = (index: number): object => ({ field: { api_name: fields[index]?.apiName, id: `1${index}` } });
  const inner = { group_operator: 'or', group: [field(1), field(0)] };
  for (const [at, field_selection] of [field(0), { group_operator: 'or', group: [field(2), inner] }].entries()) {
    expect(bodyOf(caller.requests[at])).toMatchObject({
      watch: [
        {
          notification_condition: [
            { type: 'field_selection', module: { api_name: 'Leads', id: '5' }, field_selection },
          ],
        },
      ],
    });
  }
});
