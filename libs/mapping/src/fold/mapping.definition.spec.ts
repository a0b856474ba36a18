import { z } from 'zod';
import type { Fold } from './mapping.types.ts';
import { defineMapping, isMapping } from './mapping.definition.ts';

const keep: Fold<{ total: number }, object> = (state) => state;
const definition = {
  name: 'counter',
  product: 'shop',
  version: 1,
  destination: 'zoho-crm' as const,
  events: {
    'counter.added': { 1: z.object({}) },
    'counter.reset': { 1: z.object({}) },
    'shelf.moved': { 1: z.object({}) },
  },
  initial: { total: 0 },
  fold: {
    'counter.added': keep,
    'counter.reset': keep,
    'shelf.moved': keep,
  },
  project: () => [],
  setup: {},
  scopes: [],
};

describe('a mapping', () => {
  it('reads the aggregate types before the dots of its event types, unless it names others', () => {
    expect(defineMapping(definition).topics).toEqual(['counter', 'shelf']);
    expect(defineMapping({ ...definition, topics: ['user'] }).topics).toEqual(['user']);
  });

  it('is known as one, and nothing else is', () => {
    expect(isMapping(defineMapping(definition))).toBe(true);
    expect([definition, null, 'x'].some((value) => isMapping(value))).toBe(false);
  });

  it.each([
    ['a version', { version: 0 }, 'mapping counter: its version is no positive integer'],
    ['no event', { events: {} }, 'mapping counter: it reads no event'],
    ['an initial state that is no JSON', { initial: { total: Number.NaN } }, 'initial.total is not JSON'],
    [
      'a schedule of states of connections',
      { scope: 'connection' as const, timers: () => [] },
      'a schedule belongs to a state',
    ],
    ['a fold that lacks an event', { fold: {} as typeof definition.fold }, 'nothing folds counter.added'],
  ])('cannot be made with %s', (_, wrong, message) => {
    expect(() => defineMapping({ ...definition, ...wrong })).toThrow(message);
  });
});
