import { stepTimes, type TraceEvent } from './trace.steps.ts';

const step = (at: number, name: string): TraceEvent => ({ at, step: name });

describe('steps of a trace', () => {
  it('says what each step of a batch took, the whole and the pause before the next, whatever the order of the notes', () => {
    const events: TraceEvent[] = [
      step(10, 'batch taken'),
      step(11, 'transaction begun'),
      { at: 13, request: 24, ms: 1.5 },
      step(14, 'records sent'),
      step(15, 'status sent'),
      { at: 12, collected: 0.5 },
      step(18, 'confirmed'),
      step(20, 'batch taken'),
    ];
    const times = stepTimes(events.toReversed());
    expect(times.map(({ step: name, count, maxMs }) => [name, count, maxMs])).toEqual([
      ['to: transaction begun', 1, 1],
      ['  garbage collection', 1, 0.5],
      ['  request AddPartitionsToTxn', 1, 1.5],
      ['to: records sent', 1, 3],
      ['to: confirmed', 1, 4],
      ['one batch, from taken to confirmed', 1, 8],
      ['between two batches', 1, 2],
    ]);
  });

  it('leaves out what came before, also the half of a batch', () => {
    const events = [step(1, 'batch taken'), step(6, 'records sent'), step(9, 'confirmed'), step(10, 'batch taken')];
    expect(stepTimes(events, 5).map(({ step: name }) => name)).toEqual(['to: confirmed', 'between two batches']);
  });
});
