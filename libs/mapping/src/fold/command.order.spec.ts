import { orderedCommands } from './command.order.ts';
import type { WantedEffect } from './effect.types.ts';
import type { WantedRecord } from './wanted.types.ts';

const contact: WantedRecord = { module: 'Contacts', identity: { field: 'Ext', value: 'u1' }, fields: { A: 1 } };
const task = (key: string, trigger?: readonly string[]): WantedEffect => ({
  effect: 'task',
  key,
  parent: contact,
  fields: { Subject: key },
  ...(trigger === undefined ? {} : { trigger }),
});
const note = (key: string): WantedEffect => ({ effect: 'note', key, parent: contact, title: key, content: null });

describe('the commands of one event', () => {
  it('make the record first, then its notes and tasks in the order in which they were asked for', () => {
    const effects = [task('t1'), note('n1'), task('t2')];
    const commands = orderedCommands({ before: [], after: [contact], effects });
    expect(commands.map(({ operation, effectKey }) => [operation, effectKey])).toEqual([
      ['write', undefined],
      ['task', 't1'],
      ['note', 'n1'],
      ['task', 't2'],
    ]);
  });

  it.each([
    ['workflow unless it says otherwise', undefined, ['workflow']],
    ['nothing where it says so', [], []],
  ])('let a task start %s', (_name, trigger, expected) => {
    const [command] = orderedCommands({ before: [], after: [], effects: [task('t1', trigger)] });
    expect(command?.trigger).toEqual(expected);
  });
});
