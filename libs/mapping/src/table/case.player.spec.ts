import { z } from 'zod';
import type { WorkedCase } from '../cases/case.schema.ts';
import { defineMapping } from '../fold/mapping.definition.ts';
import { optional } from '../fold/payload.schema.ts';
import { text } from '../values/text.value.ts';
import { eventsOfCase } from './case.events.ts';
import { unmetOfCase } from './case.player.ts';
import { playRow } from './table.row.ts';

const mapping = defineMapping({
  name: 'places',
  product: 'atlas',
  version: 1,
  destination: 'zoho-crm',
  events: {
    'place.created': { 1: z.object({ name: optional(text) }) },
    'place.updated': { 1: z.object({ name: optional(text) }) },
  },
  initial: { id: '', name: '' },
  fold: {
    'place.created': (_state, { subject, data }) => ({ id: subject, name: data.name ?? '' }),
    'place.updated': (_state, { subject, data }) => ({ id: subject, name: data.name ?? '' }),
  },
  project: ({ id, name }) => [
    { module: 'Accounts', identity: { field: 'Ext', value: id }, fields: { Account_Name: name } },
  ],
  setup: {},
  scopes: [],
  capture: {
    table: 'public.places',
    aggregateType: 'place',
    idColumn: 'id',
    tenantId: 'atlas',
    columns: ['id', 'name'],
  },
});

function event(id: string, name: string): WorkedCase['steps'][number] {
  const about = { aggregate_type: 'place', aggregate_id: 'p1', event_type: 'place.updated' };
  return { event: { id, ...about, occurred_at: '2026-03-01T10:00:00Z', payload: { name } } };
}
function worked(steps: WorkedCase['steps'], expected: WorkedCase['expect'] = {}): WorkedCase {
  return { name: 'case', steps, expect: expected };
}
const accounts = (count: number, name: string): WorkedCase['expect'] => ({
  records: [{ module: 'Accounts', match: { Ext: 'p1' }, count, fields: { Account_Name: name } }],
});

describe('a worked case played in memory', () => {
  it('drops an event id that came before, as the inbox does', () => {
    expect(unmetOfCase(mapping, worked([event('a', 'A'), event('b', 'B'), event('a', 'A')], accounts(1, 'B')))).toEqual(
      [],
    );
  });

  it('says what does not hold', () => {
    const expected = { ...accounts(2, 'X'), absent: [{ module: 'Accounts', match: { Ext: 'p1' } }] };
    expect(unmetOfCase(mapping, worked([event('a', 'A')], expected))).toEqual([
      'Accounts {"Ext":"p1"}: 1 records',
      'Accounts {"Ext":"p1"} holds {"Ext":"p1","Account_Name":"A"}',
      'Accounts {"Ext":"p1"} is there',
    ]);
  });

  it('makes the events that the capture makes of rows', () => {
    const steps: WorkedCase['steps'] = [
      { sql_row: { table: 'places', op: 'insert', row: { id: 'p1', name: 'A', secret: 'x' } } },
      { sql_row: { table: 'public.places', op: 'insert', row: { id: 'p2', name: 'B' }, rollback: true } },
      { sql_row: { table: 'towns', op: 'insert', row: { id: 't1' } } },
      { sql_row: { table: 'places', op: 'update', key: { id: 'p1' }, row: { name: 'C' } } },
      { sql_row: { table: 'places', op: 'update', key: { id: 'p9' }, row: { name: 'D' } } },
      { sql_row: { table: 'places', op: 'delete', key: { name: 'C' } } },
    ];
    expect(eventsOfCase(mapping, worked(steps)).map(({ id, type, data }) => [id, type, data])).toEqual([
      ['captured-1', 'place.created', { id: 'p1', name: 'A' }],
      ['captured-2', 'place.updated', { id: 'p1', name: 'C', changed: ['name'] }],
      ['captured-3', 'place.deleted', { id: 'p1' }],
    ]);
  });

  it('is refused when it needs a CRM', () => {
    const converted = worked([{ crm_convert: { module: 'Leads', match: {} } }]);
    expect(() => unmetOfCase(mapping, converted)).toThrow('a step that needs a CRM: crm_convert');
    expect(() => unmetOfCase(mapping, worked([event('a', 'A')], { mails: [] }))).toThrow(
      'cannot be judged here: mails',
    );
  });
});

describe('a row of a table', () => {
  it('compares the verdict, the problems and the commands, each in the keys that are named', () => {
    const when = { type: 'place.updated', subject: 'p1', data: { name: 'A' } };
    const { expected, actual } = playRow(mapping, {
      name: 'row',
      when,
      expect: { commands: [{ operation: 'delete' }] },
    });
    expect(expected).toEqual({ verdict: 'applied', problems: [], commands: [{ operation: 'delete' }] });
    expect(actual).toEqual({ verdict: 'applied', problems: [], commands: [{ operation: 'write' }] });
  });

  it('has an event of its own', () => {
    const when = { type: 'place.updated', subject: 'p1', id: 'same' };
    expect(() => playRow(mapping, { name: 'row', given: [when], when, expect: {} })).toThrow(
      'the id of an earlier one',
    );
  });
});
