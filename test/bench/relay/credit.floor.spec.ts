import { creditFloor, type Workload } from './credit.floor.ts';

const nothing: Workload = { conversions: 0, notes: 0, tasks: 0, records: 0, writes: 0 };

describe('the fewest credits of a workload', () => {
  it.each<[string, Partial<Workload>, { unordered: number; ordered: number }]>([
    ['nothing', {}, { unordered: 0, ordered: 0 }],
    ['ten records share a credit', { records: 10, writes: 11 }, { unordered: 1, ordered: 2 }],
    ['notes and tasks share none with each other', { notes: 1, tasks: 11 }, { unordered: 3, ordered: 3 }],
    [
      'a conversion is a call of its own, and its Contact is looked at',
      { conversions: 100 },
      { unordered: 501, ordered: 501 },
    ],
  ])('%s', (_name, workload, floor) => {
    expect(creditFloor({ ...nothing, ...workload })).toEqual(floor);
  });
});
