import { mergeRows } from './subform.rows.ts';

const one = { id: '1', Quantity: 1 };
const two = { id: '2', Quantity: 2 };

describe('rows of a record after an update (reference 2.2)', () => {
  it.each([
    {
      name: 'those without an id are added to those there',
      held: [one],
      given: [{ id: '9', Quantity: 9 }],
      rows: [one, { id: '9', Quantity: 9 }],
    },
    {
      name: 'one with a known id is changed',
      held: [one, two],
      given: [{ id: '2', Quantity: 5 }],
      rows: [one, { id: '2', Quantity: 5 }],
    },
    { name: 'one that says _delete goes', held: [one, two], given: [{ id: '1', _delete: null }], rows: [two] },
    {
      name: 'old ones go and new ones come in one call',
      held: [one],
      given: [{ id: '1', _delete: null }, two],
      rows: [two],
    },
    {
      name: 'a removal of what is not there is nothing',
      held: [one],
      given: [{ id: '7', _delete: null }],
      rows: [one],
    },
    { name: 'none before', held: undefined, given: [one], rows: [one] },
  ])('$name', ({ held, given, rows }) => {
    expect(mergeRows(held, given)).toEqual(rows);
  });
});
