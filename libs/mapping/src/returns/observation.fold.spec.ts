import { isCausewayError, linkTo, type JsonObject } from '#contracts';
import { z } from 'zod';
import { defineMapping } from '../fold/mapping.definition.ts';
import { optional } from '../fold/payload.schema.ts';
import { step } from '../fold/step.runner.ts';
import { eventOf } from '../table/event.player.ts';
import { text } from '../values/text.value.ts';
import { holdsWanted, toldValue } from './field.judgement.ts';
import { observe } from './observation.fold.ts';
import type { Observation } from './observation.types.ts';
import { commonPayload, conflictPayload } from './payload.parts.ts';
import { ownState } from './record.memory.ts';

interface State {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly heat: string;
}

const initial: State = { id: '', email: null, phone: null, heat: 'unknown' };
const common = { ...commonPayload, person_id: z.string() };

/** A desk that shares the phone, hears of the rating, and owns the e-mail. */
const mapping = defineMapping({
  name: 'desk',
  product: 'desk',
  version: 1,
  destination: 'zoho-crm',
  events: { 'person.saved': { 1: z.object({ email: optional(text), phone: optional(text) }) } },
  initial,
  fold: {
    // Made from nothing: what the engine remembers must not depend on a fold that keeps what it does not know.
    'person.saved': (state, { subject, data }) => ({
      id: subject,
      email: data.email ?? null,
      phone: data.phone ?? null,
      heat: state.heat,
    }),
  },
  project: ({ id, email, phone }) => [
    { module: 'Leads', identity: { field: 'Ext', value: id }, fields: { Email: email, Phone: phone } },
  ],
  returns: {
    modules: {
      Leads: {
        identity: 'Ext',
        reads: ['Ext', 'Email', 'Phone', 'Rating'],
        about: ({ id }) => ({ subject: id, ids: { person_id: id } }),
        judged: {
          Phone: (state, { after }) => ({ is: 'accepted', state: { ...state, phone: after as string | null } }),
          Rating: (state, { after, before }) =>
            after === 'broken'
              ? { is: 'accepted', state, event: { type: 'crm.lead.nonsense', data: {} } }
              : { is: 'accepted', state: { ...state, heat: JSON.stringify([before, after]) } },
        },
        changed: (_state, edits) => [
          {
            type: 'crm.lead.changed',
            data: { changes: Object.fromEntries(edits.map(({ field, after }) => [field, after])) },
          },
        ],
        tells: { conflict: 'crm.lead.conflict_recorded', converted: 'crm.lead.converted' },
      },
    },
    restoreLimit: () => 1,
    events: {
      'crm.lead.conflict_recorded': z.object({ ...common, ...conflictPayload }),
      'crm.lead.changed': z.object({ ...common, changes: z.record(z.string(), z.json()) }),
      'crm.lead.converted': z.object(common),
    },
  },
  setup: {},
  scopes: [],
});

const saved = (data: JsonObject, state: JsonObject | null = null): JsonObject => {
  const result = step(mapping, state, eventOf(mapping, { type: 'person.saved', subject: 'p1', data }));
  if (result.state === null) throw new Error('it was not folded');
  return result.state;
};
const seen = (values: JsonObject, more: Partial<Observation> = {}): Observation => ({
  id: 'o1',
  kind: 'edited',
  module: 'Leads',
  identity: { field: 'Ext', value: 'p1' },
  recordId: '7',
  values,
  changedAt: '2026-03-01T10:00:00Z',
  changedBy: null,
  ...more,
});

describe('an observation', () => {
  const start = saved({ email: 'a@b.example', phone: '1' });

  it('of all accepted edits tells once, and writes nothing', () => {
    const result = observe(mapping, start, seen({ Email: 'a@b.example', Phone: '2', Rating: 'hot' }));
    expect(result).toMatchObject({ verdict: 'applied', commands: [], fields: ['Phone', 'Rating'], conflicts: [] });
    expect(result.state).toMatchObject({ phone: '2', heat: '[null,"hot"]' });
    expect(result.events.map(({ type, data }) => [type, data['changes']])).toEqual([
      ['crm.lead.changed', { Phone: '2', Rating: 'hot' }],
    ]);
  });

  it('of a field that we do not write compares with what was seen last', () => {
    const { state } = observe(mapping, start, seen({ Rating: 'hot' }));
    expect(observe(mapping, state ?? {}, seen({ Rating: 'hot' }))).toMatchObject({
      verdict: 'ignored',
      reason: 'echo',
    });
    expect(observe(mapping, state ?? {}, seen({ Rating: 'cold' })).state).toMatchObject({ heat: '["hot","cold"]' });
  });

  it('is remembered through folds that know nothing of it, until the product changes the field', () => {
    const once = observe(mapping, start, seen({ Email: 'x@y.example' }));
    expect(once).toMatchObject({ commands: [{ fields: { Email: 'a@b.example' }, trigger: [] }] });
    const same = saved({ email: 'a@b.example', phone: '9' }, once.state);
    const again = observe(mapping, same, seen({ Email: 'x@y.example' }));
    expect([again.commands, again.conflicts]).toMatchObject([[], [{ kind: 'conflict', restored: false }]]);
    const changed = saved({ email: 'new@b.example', phone: '9' }, again.state);
    expect(observe(mapping, changed, seen({ Email: 'x@y.example' })).conflicts).toMatchObject([{ restored: true }]);
  });

  it('of fields that were not read says nothing', () => {
    expect(observe(mapping, start, seen({}))).toMatchObject({ verdict: 'ignored', reason: 'echo', state: start });
  });

  it.each([
    ['a module without a way back', { module: 'Tasks' }],
    ['a record that is not wanted', { identity: { field: 'Ext', value: 'p2' } }],
  ])('of %s is not ours', (_name, more) => {
    expect(observe(mapping, start, seen({ Email: 'x' }, more))).toMatchObject({
      verdict: 'ignored',
      reason: 'not_ours',
    });
  });

  it('of a conversion tells where the pack names it, once', () => {
    const { events, state } = observe(mapping, start, seen({}, { kind: 'converted' }));
    expect(events).toMatchObject([
      { type: 'crm.lead.converted', subject: 'p1', module: 'Leads', at: '2026-03-01T10:00:00Z' },
    ]);
    expect(ownState(state ?? {})).toEqual(start);
    expect(observe(mapping, state ?? {}, seen({}, { kind: 'converted' }))).toMatchObject({
      reason: 'known',
      events: [],
    });
  });

  it('of a deletion is told by nobody where the pack names no event, and once in the list', () => {
    const gone = observe(mapping, start, seen({}, { kind: 'deleted' }));
    expect([gone.events, gone.conflicts]).toMatchObject([[], [{ kind: 'deleted', recordKey: 'Leads/p1' }]]);
    expect(observe(mapping, gone.state ?? {}, seen({}, { kind: 'deleted' }))).toMatchObject({ reason: 'known' });
    const back = observe(mapping, gone.state ?? {}, seen({ Email: 'whatever' }));
    // What is shared is not asserted: it may have moved meanwhile.
    expect(back).toMatchObject({
      commands: [{ fields: { Ext: 'p1', Email: 'a@b.example' }, trigger: [] }],
      state: start,
    });
  });

  it('that makes a pack tell what it has no schema for names the pack', () => {
    const failure = (): unknown => {
      try {
        return observe(mapping, start, seen({ Rating: 'broken' }));
      } catch (error) {
        return isCausewayError(error) ? [error.code, error.details['mapping']] : error;
      }
    };
    expect(failure()).toEqual(['MAPPING_FAILED', 'desk']);
  });
});

describe('a value in the CRM', () => {
  const deal = linkTo({ module: 'Deals', identity: { field: 'N', value: '1' } });
  it.each([
    { name: 'a lookup to the record that we name', wanted: deal, actual: deal, same: true },
    { name: 'a lookup to another one', wanted: deal, actual: { id: '5', name: 'X' }, same: false },
    { name: 'a lookup that is empty', wanted: deal, actual: null, same: false },
    { name: 'rows with more than we say', wanted: [{ A: 1 }], actual: [{ A: '1.00', id: '3' }], same: true },
    { name: 'rows in another order', wanted: [{ A: 1 }, { A: 2 }], actual: [{ A: 2 }, { A: 1 }], same: false },
    { name: 'no rows', wanted: [], actual: null, same: true },
  ])('$name', ({ wanted, actual, same }) => {
    expect(holdsWanted(wanted, actual)).toBe(same);
  });

  it('is told by what names its record in the product', () => {
    expect(toldValue({ a: [deal, { id: '5', name: 'X' }], b: '' })).toEqual({ a: ['1', '5'], b: null });
  });
});
