import fc from 'fast-check';
import type { Json } from '#contracts';
import { judgeReading, type ReadRecord, type RecordReading } from './reading.policy.ts';

function judge(values: ReadRecord['values'], known: Record<string, Json>, unsettled: string[] = []): RecordReading {
  const watched = ['Lead_Status', 'Phone'];
  return judgeReading({ watched, values, known: new Map(Object.entries(known)), unsettled: new Set(unsettled) });
}

describe('judgeReading', () => {
  it.each<[string, ReadRecord['values'], Record<string, Json>]>([
    ['values as they were sent', { Lead_Status: 'New', Phone: '5' }, { Lead_Status: 'New', Phone: '5' }],
    ['nothing anywhere', {}, {}],
    ['empty in another form', { Lead_Status: null, Phone: '' }, { Phone: null }],
    ['text that the CRM cleaned', { Lead_Status: 'New' }, { Lead_Status: '  New ' }],
    ['a field that is not watched', { Lead_Status: 'New', Email: 'x' }, { Lead_Status: 'New', Email: 'y' }],
    ['a value that was seen, while it is being written', { Lead_Status: 'New' }, { Lead_Status: 'New' }],
  ])('echo: %s', (_what, values, known) => {
    expect(judge(values, known, ['Lead_Status'])).toEqual({ result: 'echo' });
  });

  it.each<[string, ReadRecord['values'], Record<string, Json>, RecordReading]>([
    [
      'a value that differs',
      { Lead_Status: 'Contacted', Phone: '5' },
      { Lead_Status: 'New', Phone: '5' },
      { result: 'edit', changes: [{ field: 'Lead_Status', before: 'New', after: 'Contacted' }] },
    ],
    [
      'a value where none was',
      { Lead_Status: 'Contacted' },
      {},
      { result: 'edit', changes: [{ field: 'Lead_Status', before: null, after: 'Contacted' }] },
    ],
    [
      'a value that was cleared, and another one',
      { Phone: '6' },
      { Lead_Status: 'New', Phone: '5' },
      {
        result: 'edit',
        changes: [
          { field: 'Lead_Status', before: 'New', after: null },
          { field: 'Phone', before: '5', after: '6' },
        ],
      },
    ],
  ])('edit: %s', (...[, values, known, expected]) => {
    expect(judge(values, known)).toEqual(expected);
  });

  it('busy: a field that differs is being written', () => {
    expect(judge({ Lead_Status: 'Contacted', Phone: '6' }, { Phone: '5' }, ['Phone'])).toEqual({ result: 'busy' });
  });

  it('edit: a field differs, another one is being written', () => {
    expect(judge({ Lead_Status: 'Contacted', Phone: '5' }, { Phone: '5' }, ['Phone'])).toMatchObject({
      result: 'edit',
    });
  });

  it('is an echo of what it said was changed', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const fields = fc.dictionary(fc.constantFrom('Lead_Status', 'Phone'), value);
    fc.assert(
      fc.property(fields, fields, (values, known) => {
        const first = judge(values, known);
        if (first.result !== 'edit') return;
        const seen = Object.fromEntries(first.changes.map(({ field, after }) => [field, after]));
        expect(judge(values, { ...known, ...seen })).toEqual({ result: 'echo' });
      }),
    );
  });
});
