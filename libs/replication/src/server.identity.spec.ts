import { parseTimelineHistory } from './server.identity.ts';

describe('timeline history', () => {
  it('names where each timeline was left', () => {
    const content = '1\t0/3000158\tno recovery target specified\n\n2\t16/B374D848\tbefore 2026-01-01 00:00:00+00\n';
    expect(parseTimelineHistory(content)).toEqual([
      { timeline: 1, endsAt: 0x3000158n },
      { timeline: 2, endsAt: 0x16b374d848n },
    ]);
  });

  it.each([[''], ['# a comment\n'], ['not a line']])('%j names none', (content) => {
    expect(parseTimelineHistory(content)).toEqual([]);
  });
});
