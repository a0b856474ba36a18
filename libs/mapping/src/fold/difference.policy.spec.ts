import { recordKeyOf, type Json } from '#contracts';
import fc from 'fast-check';
import { applyCommand, type MemoryCrm } from '../table/memory.crm.ts';
import { difference } from './difference.policy.ts';
import type { WantedRecord } from './wanted.types.ts';

function lead(fields: WantedRecord['fields'], more: Partial<WantedRecord> = {}): WantedRecord {
  return { module: 'Leads', identity: { field: 'Ext', value: 'u1' }, fields, ...more };
}
const key = { module: 'Leads', identity: { field: 'Ext', value: 'u1' } };
const write = { operation: 'write', ...key, trigger: ['workflow'], whenConverted: 'follow' };
const gone = { operation: 'delete', ...key, fields: {}, trigger: [], whenConverted: 'follow' };

describe('the difference of two projections', () => {
  it('of a new record is all that is not null, its identity and what goes out on create', () => {
    const wanted = lead({ A: 1, B: null, C: undefined, D: false, E: '' }, { onCreate: { Source: 'Web', None: null } });
    expect(difference([], [wanted])).toEqual([
      { ...write, fields: { Ext: 'u1', Source: 'Web', A: 1, D: false, E: '' } },
    ]);
  });

  it('lets the projection say the identity in its own type', () => {
    expect(difference([], [lead({ Ext: 7 })])[0]?.fields).toEqual({ Ext: 7 });
  });

  it('of a changed record is what changed; what became missing is cleared', () => {
    const before = lead({ A: 1, B: 'b', C: [1, { x: 1 }], D: 'd' }, { onCreate: { Source: 'Web' } });
    const after = lead({ A: 1, B: null, C: [1, { x: 2 }], F: 'f' }, { onCreate: { Source: 'Other' } });
    expect(difference([before], [after])).toEqual([
      { ...write, fields: { B: null, C: [1, { x: 2 }], D: null, F: 'f' } },
    ]);
  });

  it('of the same record is nothing, whatever the order of its keys', () => {
    const before = lead({ A: { x: 1, y: 2 }, B: null });
    const after = lead({ C: undefined, A: { y: 2, x: 1 } });
    expect(difference([before], [after])).toEqual([]);
  });

  it('never writes a record that an effect makes, and deletes it when it is wanted no more', () => {
    const made = lead({}, { byEffect: true });
    expect(difference([], [made])).toEqual([]);
    expect(difference([made], [made])).toEqual([]);
    expect(difference([made], [])).toEqual([gone]);
  });

  it('of a record that is wanted no more is a delete that starts no automation', () => {
    expect(difference([lead({ A: 1 })], [])).toEqual([gone]);
  });

  it('leaves a record alone that the pack says is to be left', () => {
    expect(difference([lead({ A: 1 }, { whenGone: 'leave' })], [])).toEqual([]);
  });

  it('says of each command what a conversion makes of it', () => {
    const wanted = lead({ A: 1 }, { whenConverted: { delete: 'skip' } });
    expect(difference([], [wanted])[0]?.whenConverted).toBe('follow');
    expect(difference([wanted], [])[0]?.whenConverted).toBe('skip');
  });

  it('keeps to the trigger rule of the record', () => {
    const rule = { trigger: { whenWritten: ['Status'] } };
    expect(difference([], [lead({ A: 1, Status: 'x' }, rule)])[0]?.trigger).toEqual(['workflow']);
    expect(difference([lead({ A: 1 }, rule)], [lead({ A: 2 }, rule)])[0]?.trigger).toEqual([]);
    expect(difference([lead({ A: 1 })], [lead({ A: 2 }, { trigger: [] })])[0]?.trigger).toEqual([]);
  });

  it('writes in the order of the projection and deletes last, in the reverse order', () => {
    const named = (value: string): WantedRecord => ({
      module: 'M',
      identity: { field: 'X', value },
      fields: { A: value },
    });
    const commands = difference([named('1'), named('2')], [named('4'), named('3')]);
    expect(commands.map((command) => `${command.operation} ${recordKeyOf(command)}`)).toEqual([
      'write M/4',
      'write M/3',
      'delete M/2',
      'delete M/1',
    ]);
  });

  it('refuses a projection that names one record twice', () => {
    expect(() => difference([], [lead({}), lead({})])).toThrow('Leads/u1');
  });

  it('leads from any projection to any other', () => {
    fc.assert(
      fc.property(fc.array(projections(), { minLength: 1, maxLength: 6 }), (steps) => {
        let before: WantedRecord[] = [];
        let crm: MemoryCrm = new Map();
        for (const after of steps) {
          crm = difference(before, after).reduce((held, command) => applyCommand(held, command), crm);
          before = after;
        }
        expect(crm).toEqual(asCrm(before));
      }),
    );
  });
});

function projections(): fc.Arbitrary<WantedRecord[]> {
  const value = fc.option(fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>, { nil: undefined });
  const fields = fc.dictionary(fc.constantFrom('A', 'B', 'C'), value);
  const record = fc.record({ module: fc.constantFrom('Leads', 'Deals'), value: fc.constantFrom('1', '2'), fields });
  return fc
    .uniqueArray(record, { selector: ({ module, value }) => `${module}/${value}` })
    .map((records) =>
      records.map(({ module, value, fields }) => ({ module, identity: { field: 'Ext', value }, fields })),
    );
}

function asCrm(projection: readonly WantedRecord[]): MemoryCrm {
  return projection.reduce<MemoryCrm>((held, record) => {
    const [command] = difference([], [record]);
    return command === undefined ? held : applyCommand(held, command);
  }, new Map());
}
