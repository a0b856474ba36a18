import { isCausewayError, type CausewayEvent, type JsonObject } from '#contracts';
import fc from 'fast-check';
import { z } from 'zod';
import { eventOf } from '../table/event.player.ts';
import { underPurityGuard } from '../table/purity.guard.ts';
import { integer } from '../values/number.value.ts';
import { text } from '../values/text.value.ts';
import { defineMapping } from './mapping.definition.ts';
import { optional, required } from './payload.schema.ts';
import { step } from './step.runner.ts';

interface Counter {
  readonly id: string;
  readonly name: string | null;
  readonly total: number;
}

const initial: Counter = { id: '', name: null, total: 0 };
const added = z.object({ by: required(integer({ min: -99, max: 99 })), name: optional(text) });

const recordOf = (value: string) => ({ module: 'Leads', identity: { field: 'Ext', value } });

/** A counter that shows itself as one record while it is positive. Version 1 said `by` as `amount`. */
const counter = defineMapping({
  name: 'counter',
  product: 'shop',
  version: 3,
  destination: 'zoho-crm',
  events: {
    'counter.added': {
      1: z.object({ amount: required(integer()) }).transform(({ amount }) => ({ by: amount, name: undefined })),
      2: added,
    },
    'counter.named': { 1: z.object({ name: z.string().max(5) }) },
    'counter.broken': { 1: z.object({ how: z.string() }) },
  },
  initial,
  fold: {
    'counter.added': (state, event, tools) => {
      if (event.data.by === 0) return tools.ignored('adds_nothing');
      if (event.data.by === 13) return tools.setAside('unlucky', 'by');
      if (event.origin?.connectionId === 'c1') tools.held(recordOf(event.subject), ['Total']);
      if (event.data.by === 7) tools.lane('backfill');
      if (event.data.by < 0) tools.problem('negative', 'by');
      const name = event.data.name === undefined ? state.name : event.data.name;
      return { id: event.subject, name, total: state.total + event.data.by };
    },
    'counter.named': (state, event) => ({ ...state, id: event.subject, name: event.data.name }),
    'counter.broken': (state, event) => {
      if (event.data.how === 'mutates') Object.assign(state, { total: 5 });
      if (event.data.how === 'no JSON') return { ...state, total: Number.NaN };
      if (event.data.how === 'clock') return { ...state, total: Date.now() };
      if (event.data.how === 'projection') return { ...state, total: 666 };
      throw new Error('the pack is at fault');
    },
  },
  project: ({ id, name, total }) => {
    if (total === 666) throw new Error('no projection');
    if (total <= 0) return [];
    return [{ module: 'Leads', identity: { field: 'Ext', value: id }, fields: { Total: total, Name: name } }];
  },
  setup: {},
  scopes: [],
});

function event(data: JsonObject, more: Partial<CausewayEvent> = {}): CausewayEvent {
  return eventOf(counter, { type: 'counter.added', subject: 'c1', version: 2, data, ...more });
}

const known = { id: 'c1', name: 'n', total: 4 };

describe('one step', () => {
  it('begins with the initial state and makes the record', () => {
    const result = step(counter, null, event({ by: 3 }));
    expect(result).toMatchObject({ verdict: 'applied', state: { id: 'c1', name: null, total: 3 }, problems: [] });
    expect(result.commands).toEqual([
      {
        operation: 'write',
        module: 'Leads',
        identity: { field: 'Ext', value: 'c1' },
        fields: { Ext: 'c1', Total: 3 },
        trigger: ['workflow'],
        whenConverted: 'follow',
      },
    ]);
  });

  it('commands what changed', () => {
    expect(step(counter, known, event({ by: 1, name: null })).commands[0]?.fields).toEqual({ Total: 5, Name: null });
    expect(step(counter, known, event({ by: 1 })).commands[0]?.fields).toEqual({ Total: 5 });
    expect(step(counter, known, event({ by: -4 })).commands[0]?.operation).toBe('delete');
  });

  it('does not send what the CRM told the product, and folds it all the same', () => {
    const origin = { connectionId: 'c1', fields: null };
    const told = step(counter, known, event({ by: 1, name: 'new' }, { origin }));
    expect(told.state).toEqual({ ...known, name: 'new', total: 5 });
    expect(told.commands.map(({ fields }) => fields)).toEqual([{ Name: 'new' }]);
    expect(step(counter, known, event({ by: 1 }, { origin: { ...origin, connectionId: 'c2' } })).commands).toHaveLength(
      1,
    );
    expect(step(counter, null, event({ by: 1 }, { origin })).commands[0]?.fields).toEqual({ Ext: 'c1', Total: 1 });
  });

  it('says which class of work its commands are, where the fold named one', () => {
    expect(step(counter, known, event({ by: 7 })).lane).toBe('backfill');
    expect(step(counter, known, event({ by: 1 }))).not.toHaveProperty('lane');
  });

  it('reads an old version through its upcaster', () => {
    expect(step(counter, known, event({ amount: 2 }, { version: 1 })).state).toEqual({ ...known, total: 6 });
  });

  it('notes problems of the payload and of the fold, with the event', () => {
    const result = step(counter, known, event({ by: -1, name: 5 }, { id: 'e9' }));
    expect(result.problems).toEqual([
      { eventId: 'e9', code: 'invalid_value', field: 'name' },
      { eventId: 'e9', code: 'negative', field: 'by' },
    ]);
    expect(result.state).toEqual({ ...known, total: 3 });
  });

  it('says that an event was ignored, without problems', () => {
    const result = step(counter, known, event({ by: 0, name: 5 }));
    expect(result).toEqual({ verdict: 'ignored', reason: 'adds_nothing', state: known, commands: [], problems: [] });
    expect(result.state).toBe(known);
  });

  it.each<[string, CausewayEvent, string, string]>([
    ['type', event({ by: 1 }, { type: 'counter.lost' }), 'unknown_event', 'type'],
    ['type of an object', event({ by: 1 }, { type: 'constructor' }), 'unknown_event', 'type'],
    ['version', event({ by: 1 }, { version: 3 }), 'unknown_event', 'version'],
    ['no aggregate id', event({ by: 1 }, { subject: ' ' }), 'missing_value', 'aggregate_id'],
    ['too long an aggregate id', event({ by: 1 }, { subject: 'x'.repeat(65) }), 'invalid_value', 'aggregate_id'],
    ['time', event({ by: 1 }, { time: 'yesterday' }), 'invalid_value', 'occurred_at'],
    ['required and absent', event({}), 'missing_value', 'by'],
    ['required and null', event({ by: null }), 'missing_value', 'by'],
    ['required and not usable', event({ by: 100 }), 'invalid_value', 'by'],
    ['the pack says so', event({ by: 13 }), 'unlucky', 'by'],
    ['plain zod, absent', event({}, { type: 'counter.named', version: 1 }), 'missing_value', 'name'],
    ['plain zod, wrong', event({ name: 'too long' }, { type: 'counter.named', version: 1 }), 'invalid_value', 'name'],
  ])('sets an event aside: %s', (...[, given, code, field]) => {
    const result = step(counter, known, given);
    expect(result).toEqual({ verdict: 'set_aside', code, field, state: known, commands: [], problems: [] });
    expect(result.state).toBe(known);
    expect(step(counter, null, given).state).toBeNull();
  });

  it('gives the fold the time as a canonical instant', () => {
    const seen: string[] = [];
    const clock = defineMapping({
      name: 'clock',
      product: 'shop',
      version: 1,
      destination: 'zoho-crm',
      events: { 'clock.struck': { 1: z.object({}) } },
      initial: {},
      fold: {
        'clock.struck': (state, { time }) => {
          seen.push(time);
          return state;
        },
      },
      project: () => [],
      setup: {},
      scopes: [],
    });
    step(clock, null, eventOf(clock, { type: 'clock.struck', subject: 'c', time: '2026-03-01T10:00:00.50+02:00' }));
    expect(seen).toEqual(['2026-03-01T08:00:00.5Z']);
  });

  it.each(['throws', 'mutates', 'no JSON', 'projection'])('does not swallow a pack that is at fault: %s', (how) => {
    const broken = event({ how }, { type: 'counter.broken', version: 1, id: 'e7' });
    try {
      step(counter, { ...known }, broken);
      throw new Error('unreachable');
    } catch (error) {
      expect(isCausewayError(error, 'MAPPING_FAILED')).toBe(true);
      expect((error as Error).message).toContain(
        'mapping=counter, mappingVersion=3, eventId=e7, eventType=counter.broken',
      );
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
  });

  it('catches a fold that reads the clock, under the guard of tests', () => {
    const broken = event({ how: 'clock' }, { type: 'counter.broken', version: 1 });
    expect(() => underPurityGuard(() => step(counter, known, broken))).toThrow('MAPPING_FAILED');
  });

  it('changes neither the event nor the state, and never throws for what an event holds', () => {
    const anyEvent = fc
      .record({
        data: fc.dictionary(fc.constantFrom('by', 'name', 'amount', '__proto__', 'x'), fc.jsonValue()),
        type: fc.constantFrom('counter.added', 'counter.named', 'counter.lost'),
        version: fc.integer({ min: 1, max: 3 }),
        subject: fc.string({ minLength: 1 }),
      })
      .map(({ data, ...more }) => event(data as JsonObject, more));
    fc.assert(
      fc.property(anyEvent, fc.option(fc.constant({ ...known })), (given, state) => {
        const before = JSON.stringify([given, state]);
        const first = step(counter, state, given);
        expect(JSON.stringify([given, state])).toBe(before);
        expect(JSON.stringify(step(counter, state, given))).toBe(JSON.stringify(first));
      }),
    );
  });
});
