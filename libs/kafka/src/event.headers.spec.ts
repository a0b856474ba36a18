import { decodeEvent } from '#contracts';
import { encodeEventHeaders, rfc3339, type EventColumns } from './event.headers.ts';

const text = (value: string | null): Buffer | null => (value === null ? null : Buffer.from(value));
const columns = (change: Partial<Record<keyof EventColumns, string | null>> = {}): EventColumns => {
  const given = {
    id: '018f3c5e-7b1a-7cc0-8a3f-1234567890ab',
    eventType: 'user.signed_up',
    aggregateId: '42',
    eventVersion: '2',
    tenantId: 'acme',
    occurredAt: '2026-01-02 03:04:05.678+00',
    headers: '{}',
    ...change,
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, text(value)]),
  ) as unknown as EventColumns;
};
const source = Buffer.from('/portal');
const encode = (change?: Parameters<typeof columns>[0]): Record<string, string> | string => {
  const encoded = encodeEventHeaders(columns(change), source);
  if ('reason' in encoded) return encoded.reason;
  return Object.fromEntries([...encoded.headers].map(([name, value]) => [name, value.toString()]));
};

describe('event headers', () => {
  it('are those of CloudEvents in binary mode', () => {
    expect(encode({ headers: '{"traceparent": "00-1-2-01", "x-count": 3, "x-none": null, "x-flag": true}' })).toEqual({
      ce_id: '018f3c5e-7b1a-7cc0-8a3f-1234567890ab',
      ce_source: '/portal',
      ce_type: 'user.signed_up',
      ce_subject: '42',
      ce_time: '2026-01-02T03:04:05.678Z',
      ce_specversion: '1.0',
      ce_tenantid: 'acme',
      ce_eventversion: '2',
      'content-type': 'application/json',
      traceparent: '00-1-2-01',
      'x-count': '3',
      'x-flag': 'true',
    });
  });

  it('are read back as the same event', () => {
    const encoded = encodeEventHeaders(columns(), source);
    const headers = 'headers' in encoded ? Object.fromEntries(encoded.headers) : {};
    expect(decodeEvent({ key: Buffer.from('42'), value: Buffer.from('{"a":1}'), headers })).toMatchObject({
      type: 'user.signed_up',
      subject: '42',
      version: 2,
      tenantId: 'acme',
      data: { a: 1 },
    });
  });

  it.each([
    ['no id', { id: null }, /id is empty/],
    ['empty type', { eventType: '' }, /event_type/],
    ['no aggregate', { aggregateId: null }, /aggregate_id/],
    ['infinite time', { occurredAt: 'infinity' }, /occurred_at/],
    ['no time', { occurredAt: null }, /occurred_at/],
    ['headers that are a list', { headers: '[1]' }, /no JSON object/],
    ['headers that are a text', { headers: '"x"' }, /no JSON object/],
    ['a header that is an object', { headers: '{"a": {"b": 1}}' }, /no text/],
    ['a header without a name', { headers: '{"": "x"}' }, /a name/],
    ['a header that forges the event', { headers: '{"ce_id": "x"}' }, /may not set ce_id/],
  ])('refuse %s', (_, change, reason) => {
    expect(encode(change)).toMatch(reason);
  });

  it('leave out what is null', () => {
    expect(encode({ tenantId: null, eventVersion: null, headers: null })).not.toHaveProperty('ce_tenantid');
    expect(encode({ eventVersion: null })).toHaveProperty('ce_eventversion', '1');
  });
});

describe('RFC 3339', () => {
  it.each([
    ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05Z'],
    ['0001-12-31 23:59:59.000001+00', '0001-12-31T23:59:59.000001Z'],
    ['10000-01-01 00:00:00+00', undefined],
    ['0044-03-15 00:00:00+00 BC', undefined],
    ['-infinity', undefined],
    ['', undefined],
  ])('%j', (timestamp, expected) => {
    expect(rfc3339(Buffer.from(timestamp))?.toString()).toBe(expected);
  });
});
