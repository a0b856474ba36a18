import { captureEvents } from './capture.events.ts';

const capture = {
  table: 'public.users',
  aggregateType: 'user',
  idColumn: 'id',
  tenantId: 'portal',
  columns: ['id', 'email', 'phone'],
};
const row = { id: 'u1', email: 'a@b.de', phone: null, password_hash: 'secret', last_seen_at: null };
const captured = (what: string, data: object, aggregateId = 'u1'): object => ({
  aggregateType: 'user',
  aggregateId,
  eventType: `user.${what}`,
  tenantId: 'portal',
  data,
});

describe('a captured row change', () => {
  it.each([
    ['an insert', null, row, [captured('created', { id: 'u1', email: 'a@b.de', phone: null })]],
    [
      'an insert with columns left out',
      null,
      { id: 'u1' },
      [captured('created', { id: 'u1', email: null, phone: null })],
    ],
    ['a delete', row, null, [captured('deleted', { id: 'u1' })]],
    [
      'an update',
      row,
      { ...row, email: null, phone: '1' },
      [captured('updated', { id: 'u1', email: null, phone: '1', changed: ['email', 'phone'] })],
    ],
    ['an update of other columns alone', row, { ...row, last_seen_at: '2026-03-01T10:00:00Z' }, []],
    ['an update of nothing', row, { ...row }, []],
    [
      'an update of the id',
      row,
      { ...row, id: 'u2', email: 'c@d.de' },
      [captured('deleted', { id: 'u1' }), captured('created', { id: 'u2', email: 'c@d.de', phone: null }, 'u2')],
    ],
    ['nothing at all', null, null, []],
  ])('%s', (...[, before, after, expected]) => {
    expect(captureEvents(capture, { before, after })).toEqual(expected);
  });

  it('writes a numeric id as text', () => {
    expect(captureEvents(capture, { before: null, after: { id: 42 } })[0]?.aggregateId).toBe('42');
  });
});
