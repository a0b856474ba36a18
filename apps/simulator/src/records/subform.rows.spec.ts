import { mergeRows } from './subform.rows.ts';

const one = { id: '1', Quantity: 1 };
const two = { id: '2', Quantity: 2 };

describe('rows of a record after an update (reference 2.2)', () => {
  it.each([
    [
      'those without an id are added to those there',
      [one],
      [{ id: '9', Quantity: 9 }],
      [one, { id: '9', Quantity: 9 }],
    ],
    ['one with a known id is changed', [one, two], [{ id: '2', Quantity: 5 }], [one, { id: '2', Quantity: 5 }]],
    ['one that says _delete goes', [one, two], [{ id: '1', _delete: null }], [two]],
    ['old ones go and new ones come in one call', [one], [{ id: '1', _delete: null }, two], [two]],
    ['a removal of what is not there is nothing', [one], [{ id: '7', _delete: null }], [one]],
    ['none before', undefined, [one], [one]],
  ])('%s', (_name, held, given, rows) => {
    expect(mergeRows(held, given)).toEqual(rows);
  });
});
