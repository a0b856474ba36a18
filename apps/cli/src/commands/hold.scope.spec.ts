import { WrongUse } from '../exit.codes.ts';
import { directionOf, isReturn, returnScopeOf, type DirectionOptions } from './hold.scope.ts';

it('the way in is named by a connection, and a module or an entity of it', () => {
  const nothing = { connectionId: 'c', module: null, entityType: null, entityId: null };
  expect(returnScopeOf({ connection: 'c' })).toEqual(nothing);
  expect(returnScopeOf({ connection: 'c', module: 'Deals' })).toEqual({ ...nothing, module: 'Deals' });
  expect(returnScopeOf({ connection: 'c', entity: 'contract/a/b' })).toEqual({
    ...nothing,
    entityType: 'contract',
    entityId: 'a/b',
  });
});

it.each<[string, DirectionOptions]>([
  ['no connection', { direction: 'in' }],
  ['a pack', { connection: 'c', pack: 'p' }],
  ['an operation', { connection: 'c', operation: 'note' }],
  ['a record', { connection: 'c', record: 'Leads/1' }],
  ['an entity without its type', { connection: 'c', entity: 'x' }],
])('%s is wrong use', (_what, options) => {
  expect(() => returnScopeOf(options)).toThrow(WrongUse);
});

it('out is meant unless in is said; an entity is of the way in', () => {
  expect([isReturn({}), isReturn({ direction: 'out' }), isReturn({ direction: 'in', entity: 'a/b' })]).toEqual([
    false,
    false,
    true,
  ]);
  expect(() => isReturn({ entity: 'a/b' })).toThrow(WrongUse);
  expect(directionOf('in')).toBe('in');
  expect(() => directionOf('up')).toThrow(WrongUse);
});
