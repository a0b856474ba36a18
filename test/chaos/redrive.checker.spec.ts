import type { CrmWrite } from '../support/crm.world.ts';
import { checkRedrive, IDENTITY, noteTitle, SCORE } from './redrive.checker.ts';

const users = [
  { id: 1, hasNote: true },
  { id: 2, hasNote: false },
];
const lead = (id: number, score = 2) => ({ id: `l${id}`, [IDENTITY]: id, [SCORE]: score });
const note = (id: number) => ({ id: `n${id}`, Note_Title: noteTitle(id) });
const write = (id: number, score: number): CrmWrite => ({
  module: 'Leads',
  id: `l${id}`,
  fields: { [SCORE]: score },
  converted: false,
});
const right = {
  users,
  leads: [lead(1), lead(2)],
  notes: [note(1)],
  writes: [write(1, 1), write(2, 1), write(1, 2), write(2, 2), write(2, 2)],
};

it.each<[what: string, seen: Partial<typeof right>, found: object]>([
  ['all is as it should be', {}, {}],
  ['a record is missing', { leads: [lead(2)] }, { lost: 1 }],
  ['a note is missing', { notes: [] }, { lost: 1 }],
  ['a record is there twice', { leads: [lead(1), lead(1), lead(2)] }, { doubled: 1 }],
  ['a note is there twice', { notes: [note(1), note(1)] }, { doubled: 1 }],
  ['a note that nobody asked for', { notes: [note(1), note(2)] }, { doubled: 1 }],
  [
    'values in another order',
    { writes: [write(1, 2), write(1, 1), write(1, 2), write(2, 1), write(2, 2)] },
    { misordered: 1 },
  ],
  ['a value that was left out', { writes: [write(1, 2), write(2, 1), write(2, 2)] }, { misordered: 1 }],
  ['an old value at the end', { leads: [lead(1, 1), lead(2)] }, { wrong: 1 }],
])('%s', (_what, seen, found) => {
  expect(checkRedrive({ ...right, ...seen })).toMatchObject({ lost: 0, doubled: 0, misordered: 0, wrong: 0, ...found });
});
