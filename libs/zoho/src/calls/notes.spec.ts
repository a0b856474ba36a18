import { accepted, answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { createNotes, listNotes } from './notes.call.ts';

const parent = { module: 'Leads', id: '11' };

it('creates notes with a parent in version 8 form and no automations (reference 3.2)', async () => {
  const caller = scriptedCaller([
    answer(207, {
      data: [
        accepted('91'),
        refused('INVALID_DATA', { resource_path_index: 1 }, 'the related id given seems to be invalid'),
      ],
    }),
  ]);
  const notes = [
    { parent, title: 'Call', content: 'text' },
    { parent, title: null, content: 'text' },
  ];
  expect(await createNotes(caller, notes)).toMatchObject([
    { kind: 'succeeded', recordId: '91', created: true },
    { kind: 'rejected', gone: false },
  ]);
  expect(line(caller.requests[0])).toBe('POST /crm/v8/Notes');
  expect(bodyOf(caller.requests[0])).toEqual({
    data: [
      { Note_Title: 'Call', Note_Content: 'text', Parent_Id: { module: { api_name: 'Leads' }, id: '11' } },
      { Note_Content: 'text', Parent_Id: { module: { api_name: 'Leads' }, id: '11' } },
    ],
    trigger: [],
  });
});

it('lists the notes of a record, page by page', async () => {
  const caller = scriptedCaller([
    answer(200, { data: [{ id: '91', Note_Content: 'text' }], info: { more_records: true } }),
    answer(204, undefined),
  ]);
  expect(await listNotes(caller, 'Leads', { id: '11' })).toMatchObject({ notes: [{ id: '91' }], nextPage: 2 });
  expect(await listNotes(caller, 'Leads', { id: '11', page: 2 })).toEqual({ kind: 'ok', notes: [], nextPage: null });
  expect(line(caller.requests[0])).toBe(
    'GET /crm/v8/Leads/11/Notes?fields=id,Note_Title,Note_Content,Created_Time&page=1&per_page=200',
  );
});
