import type { Json } from '#contracts';
import { unsettledFields, type Knowledge } from './record.knowledge.ts';

function knowing(echoes: Record<string, Json> | null, beingWritten: string[] = []): Knowledge {
  return {
    links: new Map(),
    linkPending: false,
    echoes: new Map(echoes === null ? [] : [['Leads/42', new Map(Object.entries(echoes))]]),
    beingWritten: new Map([['Leads/42', new Set(beingWritten)]]),
  };
}

describe('unsettledFields', () => {
  it.each<[string, string[], Knowledge, Knowledge]>([
    ['nothing moved', [], knowing({ A: 1 }), knowing({ A: 1 })],
    ['a command is open before', ['A'], knowing({ A: 1 }, ['A']), knowing({ A: 1 })],
    ['a command is open after', ['A'], knowing({ A: 1 }), knowing({ A: 1 }, ['A'])],
    ['a command came and went', ['A'], knowing({ A: 1, B: 2 }), knowing({ A: 9, B: 2 })],
    ['a command wrote a field for the first time', ['A'], knowing({}), knowing({ A: null })],
    ['the record became ours meanwhile', ['A'], knowing(null), knowing({ A: 1 })],
    ['the order of keys changed only', [], knowing({ A: { x: 1, y: 2 } }), knowing({ A: { y: 2, x: 1 } })],
    ['the record was deleted meanwhile', [], knowing({ A: 1 }), knowing(null)],
  ])('%s: %j', (...[, expected, before, after]) => {
    expect([...unsettledFields('Leads/42', { before, after })]).toEqual(expected);
  });
});
