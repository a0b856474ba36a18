import { counted } from './counted.ts';

it.each([
  [0, '0 keys'],
  [1, '1 key'],
  [2, '2 keys'],
  [101, '101 keys'],
])('counted %i is %s', (count, expected) => {
  expect(counted(count, 'key')).toBe(expected);
});

it('a plural of another form is taken as it is given', () => {
  expect([0, 1, 2].map((count) => counted(count, 'note or task', 'notes and tasks'))).toEqual([
    '0 notes and tasks',
    '1 note or task',
    '2 notes and tasks',
  ]);
});
