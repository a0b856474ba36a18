import { LANES } from '#contracts';
import { goesOut, triggerFor } from './lane.policy.ts';

describe('the trigger of a lane', () => {
  it.each([
    ['live', ['workflow']],
    ['retry', ['workflow']],
    ['replay', []],
    ['backfill', []],
    ['reconcile', []],
  ] as const)('%s', (lane, expected) => {
    expect(triggerFor(lane, { trigger: ['workflow'] })).toEqual(expected);
  });

  it('makes no trigger where a command has none', () => {
    expect(LANES.flatMap((lane) => triggerFor(lane, { trigger: [] }))).toEqual([]);
  });
});

describe('what goes out in a lane', () => {
  const open = { operation: 'task', fields: { Subject: 'Call', Status: 'Not Started' } } as const;
  const completed = { operation: 'task', fields: { Status: 'Completed' } } as const;
  const note = { operation: 'note', fields: { Note_Title: 'a' } } as const;

  it.each([
    ['live', open, true],
    ['retry', open, true],
    ['replay', open, false],
    ['backfill', open, false],
    ['reconcile', open, false],
    ['replay', completed, true],
    ['backfill', note, true],
  ] as const)('%s: %j: %s', (lane, command, expected) => {
    expect(goesOut(lane, command)).toBe(expected);
  });
});
