import fc from 'fast-check';
import { CausewayError } from './causeway.error.ts';
import { decodeEvent, type EncodedEvent } from './event.codec.ts';
import { eventSchema, productOfSource, sourceOfProduct, type CausewayEvent } from './event.ts';
import { EVENT_HEADERS } from './headers.ts';
import type { JsonObject } from './json.ts';

const SECRET = 'ana@example.test';

/** A well-formed record; `headers` replaces or, with undefined, removes. */
function recordOf(
  seed: {
    headers?: Record<string, string | undefined>;
    key?: EncodedEvent['key'];
    value?: EncodedEvent['value'];
  } = {},
): EncodedEvent {
  const headers = {
    ce_id: 'e1',
    ce_source: '/portal',
    ce_type: 'user.created',
    ce_subject: '42',
    ce_time: '2026-03-01T10:00:00Z',
    ce_specversion: '1.0',
    ce_eventversion: '2',
    ce_tenantid: 'portal',
    ...seed.headers,
  };
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    key: seed.key === undefined ? Buffer.from('42') : seed.key,
    value: seed.value === undefined ? Buffer.from(JSON.stringify({ email: SECRET })) : seed.value,
    headers: Object.fromEntries(given.map(([name, text]) => [name, Buffer.from(text)])),
  };
}

function errorOf(record: EncodedEvent): CausewayError {
  try {
    decodeEvent(record);
  } catch (error) {
    if (error instanceof CausewayError) return error;
    throw error;
  }
  throw new Error('the record was taken for an event');
}

describe('what a destination told the product', () => {
  it.each([
    [
      { origin: 'c1', origin_fields: 'status, first_name' },
      { connectionId: 'c1', fields: ['status', 'first_name'] },
    ],
    [{ origin: 'c1' }, { connectionId: 'c1', fields: null }],
    [
      { origin: 'c1', origin_fields: ' , ' },
      { connectionId: 'c1', fields: null },
    ],
    [{ origin: '', origin_fields: 'status' }, undefined],
    [{ origin_fields: 'status' }, undefined],
  ])('%j', (headers, origin) => {
    expect(decodeEvent(recordOf({ headers })).origin).toEqual(origin);
  });
});

describe('decodeEvent', () => {
  it('takes what the schema takes, and nothing else', () => {
    const text = fc.oneof(
      fc.constantFrom('', '\0', 'a', 'x'.repeat(400), 'x'.repeat(401)),
      fc.string({ maxLength: 5 }),
    );
    const version = fc.constantFrom('1', '0', '-1', '1.5', 'x', '9007199254740991', '9007199254740993');
    const headers = fc.record(
      {
        ce_id: text,
        ce_source: text,
        ce_type: text,
        ce_subject: text,
        ce_time: text,
        ce_tenantid: text,
        ce_eventversion: version,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(headers, fc.option(text), (given, key) => {
        const record = recordOf({ headers: given, key });
        const told = { id: 'e1', source: '/portal', type: 'user.created', subject: '42', time: '2026-03-01T10:00:00Z' };
        const named = Object.entries(given).map(([name, value]) => [name.slice(3), value]);
        const attributes = { ...told, tenantId: given.ce_tenantid ?? 'portal', ...Object.fromEntries(named) };
        const wanted = eventSchema.safeParse({
          ...attributes,
          version: Number(given.ce_eventversion ?? '2'),
          key: key?.toWellFormed() ?? undefined,
          data: { email: SECRET },
        });
        if (wanted.success)
          expect(decodeEvent(record)).toEqual(expect.objectContaining({ key, version: wanted.data.version }));
        else expect(errorOf(record).code).toBe('EVENT_MALFORMED');
      }),
    );
  });

  it('reads every attribute', () => {
    expect(decodeEvent(recordOf({ headers: { traceparent: '00-a-b-01' } }))).toEqual({
      id: 'e1',
      source: '/portal',
      type: 'user.created',
      subject: '42',
      time: '2026-03-01T10:00:00Z',
      version: 2,
      tenantId: 'portal',
      key: '42',
      traceparent: '00-a-b-01',
      data: { email: SECRET },
    });
  });

  it('takes version 1 where none is given, and no traceparent', () => {
    const event = decodeEvent(recordOf({ headers: { ce_eventversion: undefined } }));
    expect(event.version).toBe(1);
    expect(event.traceparent).toBeUndefined();
  });

  it('gives back what was encoded', () => {
    const attribute = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((text) => !text.includes('\0'));
    const event = fc.record({
      id: attribute,
      source: attribute,
      type: attribute,
      subject: attribute,
      time: attribute,
      version: fc.integer({ min: 1 }),
      tenantId: attribute,
      key: attribute,
      data: fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        fc.jsonValue(),
      ),
    });
    fc.assert(
      fc.property(event, ({ data, ...attributes }) => {
        const value = JSON.stringify(data);
        const expected: CausewayEvent = { ...attributes, data: JSON.parse(value) as JsonObject };
        expect(decodeEvent(encode(attributes, value))).toEqual(expected);
      }),
    );
  });

  it.each<[string, EncodedEvent]>([
    ['id', recordOf({ headers: { ce_id: undefined } })],
    ['id', recordOf({ headers: { ce_id: '' } })],
    ['source', recordOf({ headers: { ce_source: undefined } })],
    ['type', recordOf({ headers: { ce_type: undefined } })],
    ['subject', recordOf({ headers: { ce_subject: undefined } })],
    ['subject', recordOf({ headers: { ce_subject: '' } })],
    ['time', recordOf({ headers: { ce_time: undefined } })],
    ['version', recordOf({ headers: { ce_eventversion: '' } })],
    ['version', recordOf({ headers: { ce_eventversion: 'two' } })],
    ['version', recordOf({ headers: { ce_eventversion: '0' } })],
    ['version', recordOf({ headers: { ce_eventversion: '1.5' } })],
    ['tenantId', recordOf({ headers: { ce_tenantid: undefined } })],
    ['key', recordOf({ key: null })],
    ['key', recordOf({ key: Buffer.alloc(0) })],
    ['data', recordOf({ value: null })],
    ['data', recordOf({ value: Buffer.alloc(0) })],
    ['data', recordOf({ value: Buffer.from(`{"email": "${SECRET}"`) })],
    ['data', recordOf({ value: Buffer.from(`"${SECRET}"`) })],
    ['data', recordOf({ value: Buffer.from(`["${SECRET}"]`) })],
    ['data', recordOf({ value: Buffer.from('null') })],
    ['data', recordOf({ value: Buffer.from('7') })],
  ])('names the attribute that is wrong: %s (case %#)', (field, record) => {
    const error = errorOf(record);
    expect(error.code).toBe('EVENT_MALFORMED');
    expect(error.details['field']).toBe(field);
    expect(error.message).toContain(`field=${field}`);
  });

  it('names the event where its id is there, and never the payload', () => {
    const error = errorOf(recordOf({ value: Buffer.from(`{"email": "${SECRET}"`) }));
    expect(error.details['eventId']).toBe('e1');
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(SECRET);
  });

  it.each(['ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_tenantid'])(
    'regression: refuses a NUL in %s, which Postgres could not store',
    (name) => {
      expect(errorOf(recordOf({ headers: { [name]: 'a\0b' } })).code).toBe('EVENT_MALFORMED');
    },
  );

  it('regression: refuses a NUL in the key', () => {
    expect(errorOf(recordOf({ key: Buffer.from('4\u00002') })).details['field']).toBe('key');
  });

  it.each(['ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_tenantid'])(
    'regression: refuses %s longer than an index can hold',
    (name) => {
      expect(decodeEvent(recordOf({ headers: { [name]: 'ä'.repeat(400) } })).data).toEqual({ email: SECRET });
      expect(errorOf(recordOf({ headers: { [name]: 'ä'.repeat(401) } })).code).toBe('EVENT_MALFORMED');
    },
  );

  it('regression: refuses bytes that are no UTF-8 instead of changing them', () => {
    const value = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(errorOf(recordOf({ value })).details['field']).toBe('data');
  });

  it('regression: reads data nested ten thousand deep, which must not stop a partition', () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    expect(decodeEvent(recordOf({ value: Buffer.from(deep) })).id).toBe('e1');
  });
});

describe('source', () => {
  it('names the product', () => {
    expect(sourceOfProduct('portal')).toBe('/portal');
    expect(productOfSource('/portal')).toBe('portal');
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9-]*$/), (product) => {
        expect(productOfSource(sourceOfProduct(product))).toBe(product);
      }),
    );
  });
});

function encode(attributes: Omit<CausewayEvent, 'data'>, value: string): EncodedEvent {
  const { id, source, type, subject, time, version, tenantId, key } = attributes;
  const headers = {
    [EVENT_HEADERS.id]: id,
    [EVENT_HEADERS.source]: source,
    [EVENT_HEADERS.type]: type,
    [EVENT_HEADERS.subject]: subject,
    [EVENT_HEADERS.time]: time,
    [EVENT_HEADERS.version]: String(version),
    [EVENT_HEADERS.tenantId]: tenantId,
  };
  const buffers = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { key: Buffer.from(key), value: Buffer.from(value), headers: Object.fromEntries(buffers) };
}
