import fc from 'fast-check';
import { parseBody } from './notification.schema.ts';

/** As Zoho sends it (reference 7.2). */
const body = {
  server_time: 1_750_102_639_787,
  query_params: {},
  module: 'Leads',
  resource_uri: 'https://www.zohoapis.com/crm/v2/Leads',
  ids: ['5000000000099001', '5000000000099002'],
  affected_fields: [{ '5000000000099001': ['Company', 'Phone'] }],
  operation: 'update',
  channel_id: '1000000068001',
  token: 'opaque-secret',
};
const parse = (value: unknown): ReturnType<typeof parseBody> => parseBody(Buffer.from(JSON.stringify(value)));

describe('parseBody', () => {
  it('reads a notification', () => {
    expect(parse(body)).toMatchObject({
      kind: 'notification',
      notification: { module: 'Leads', ids: ['5000000000099001', '5000000000099002'], token: 'opaque-secret' },
    });
  });

  it.each<[string, object]>([
    ['a numeric channel', { channel_id: 1_000_000_068_001 }],
    ['small numeric ids', { ids: [7] }],
    ['no token', { token: null }],
    ['no operation', { operation: undefined }],
    ['more than we know', { affected_values: [{ record_id: '1', values: {} }] }],
  ])('bears %s', (_what, seed) => {
    expect(parse({ ...body, ...seed }).kind).toBe('notification');
  });

  it.each<[string, unknown]>([
    ['no ids', { ...body, ids: [] }],
    ['ids that are none', { ...body, ids: [null] }],
    ['an empty id', { ...body, ids: [''] }],
    ['no module', { ...body, module: '' }],
    ['no channel', { ...body, channel_id: undefined }],
    ['a list', [body]],
    ['a text', 'hello'],
    ['null', null],
  ])('reads the token at least of what has %s', (_what, value) => {
    const parsed = parse(value);
    expect(parsed.kind).toBe('other_json');
    const isBody = typeof value === 'object' && value !== null && !Array.isArray(value);
    expect(parsed).toEqual({ kind: 'other_json', token: isBody ? 'opaque-secret' : null });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a cut body', Buffer.from('{"module":"Leads"')],
    ['a form', Buffer.from('module=Leads&ids=1')],
    ['bytes', Buffer.from([0xff, 0x00, 0x7b])],
  ])('says that %s is no JSON', (_what, bytes) => {
    expect(parseBody(bytes)).toEqual({ kind: 'no_json' });
  });

  it.each<[string, unknown]>([
    ['with a NUL, which Postgres could not store', 'a\0b'],
    ['longer than any', '1'.repeat(65)],
    ['that lost its last digits', 2 ** 62],
    ['with a fraction', 1.5],
    ['below zero', -1],
  ])('regression: an id %s makes no notification', (_what, id) => {
    expect(parse({ ...body, ids: ['1', id] }).kind).toBe('other_json');
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(parseBody(Buffer.from(bytes)).kind).toBeDefined()));
    fc.assert(fc.property(fc.json(), (text) => expect(parseBody(Buffer.from(text)).kind).not.toBe('no_json')));
  });
});
