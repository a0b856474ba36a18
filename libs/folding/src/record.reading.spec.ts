import { anEvent, aRecord } from '#testing';
import { readRecord } from './record.reading.ts';

const portal = { product: 'portal' };

describe('readRecord', () => {
  it('gives the event of a record of the product', () => {
    const record = aRecord(anEvent({ data: { id: '42' } }));
    expect(readRecord(record, portal)).toEqual({ record, event: anEvent({ data: { id: '42' } }) });
  });

  it('says that another product wrote it, with the event', () => {
    const record = aRecord(anEvent({ source: '/learning' }));
    expect(readRecord(record, portal)).toEqual({
      record,
      event: anEvent({ source: '/learning' }),
      code: 'EVENT_UNMAPPED',
      field: 'source',
    });
  });

  it.each([
    ['no value', { value: null }, 'data'],
    ['no JSON', { value: Buffer.from('{') }, 'data'],
    ['no headers', { headers: {} }, 'id'],
    ['no key', { key: null }, 'key'],
  ])('says what is missing in a record with %s', (_what, seed, field) => {
    const record = aRecord(anEvent(), seed);
    expect(readRecord(record, portal)).toEqual({ record, event: null, code: 'EVENT_MALFORMED', field });
  });
});
