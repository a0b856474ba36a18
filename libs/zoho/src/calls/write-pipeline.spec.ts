import { answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { createPipeline, updatePipeline } from './write-pipeline.call.ts';

const done = (id: string, message: string) => ({ code: 'SUCCESS', details: { id }, message, status: 'success' });
const stages = [
  { id: '11', value: 'Trial' },
  { id: '12', value: 'Closed Won' },
];
const maps = [
  { id: '11', display_value: 'Trial', actual_value: 'Trial', sequence_number: 1 },
  { id: '12', display_value: 'Closed Won', actual_value: 'Closed Won', sequence_number: 2 },
];

it('creates a pipeline of a layout with its stages in order', async () => {
  const caller = scriptedCaller([answer(201, { pipeline: [done('7', 'pipeline created')] })]);
  const outcome = await createPipeline(caller, '99', { name: 'Own', stages });
  expect(outcome).toMatchObject({ kind: 'succeeded', recordId: '7', created: true });
  expect(line(caller.requests[0])).toBe('POST /crm/v8/settings/pipeline?layout_id=99');
  expect(bodyOf(caller.requests[0])).toEqual({ pipeline: [{ display_value: 'Own', maps }] });
});

it('gives a pipeline its stages', async () => {
  const caller = scriptedCaller([answer(200, { pipeline: [done('7', 'pipeline updated')] })]);
  const outcome = await updatePipeline(caller, '99', { pipelineId: '7', stages });
  expect(outcome).toMatchObject({ kind: 'succeeded', recordId: '7', created: false });
  expect(line(caller.requests[0])).toBe('PUT /crm/v8/settings/pipeline/7?layout_id=99');
  expect(bodyOf(caller.requests[0])).toEqual({ pipeline: [{ maps }] });
});

it.each([
  ['a name that is taken', answer(400, { pipeline: [refused('DUPLICATE_DATA', {})] }), { kind: 'rejected' }],
  ['a wrong layout', answer(400, refused('INVALID_DATA', { param_name: 'layout_id' })), { kind: 'rejected' }],
  ['trouble of the server', answer(500, undefined), { kind: 'unknown' }],
  ['an answer about another one', answer(200, { pipeline: [done('8', 'pipeline updated')] }), { kind: 'unknown' }],
])('tells %s', async (_name, reply, expected) => {
  expect(await updatePipeline(scriptedCaller([reply]), '99', { pipelineId: '7', stages })).toMatchObject(expected);
});
