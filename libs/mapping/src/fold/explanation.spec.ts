import { z } from 'zod';
import { linkTo, type RecordName } from '#contracts';
import { eventOf } from '../table/event.player.ts';
import { optional } from './payload.schema.ts';
import { text } from '../values/text.value.ts';
import { explain } from './explanation.ts';
import { defineMapping } from './mapping.definition.ts';

const mapping = defineMapping({
  name: 'people',
  product: 'shop',
  version: 2,
  destination: 'zoho-crm',
  events: {
    'person.told': { 1: z.object({ name: optional(text), phone: optional(text) }) },
    'person.left': { 1: z.object({}) },
  },
  initial: { id: '', name: null as string | null, phone: null as string | null },
  fold: {
    'person.told': (_state, { subject, data }) => ({ id: subject, name: data.name ?? null, phone: data.phone ?? null }),
    'person.left': (state, _event, tools) => (state.id === '' ? tools.ignored('unknown_person') : { ...state, id: '' }),
  },
  project: ({ id, name, phone }) =>
    id === '' ? [] : [{ module: 'Leads', identity: { field: 'Ext', value: id }, fields: { Name: name, Phone: phone } }],
  setup: {},
  scopes: [],
});
const told = (data: object): ReturnType<typeof eventOf> =>
  eventOf(mapping, { type: 'person.told', subject: 'p', data: { ...data } });
const known = { id: 'p', name: 'Ana', phone: '1' };

describe('an explanation', () => {
  it.each([
    [
      null,
      told({ name: 'Ana', phone: 5 }),
      [
        'Event event-1 (person.told version 1 of p) was folded by person.told of people version 2.',
        'Problem invalid_value at phone: the value counts as absent.',
        'Write Leads/p: the projection wants it for the first time, with Ext, Name; triggers workflow.',
      ],
    ],
    [
      known,
      told({ name: 'Bo' }),
      [
        'Event event-1 (person.told version 1 of p) was folded by person.told of people version 2.',
        'Write Leads/p: Name changes, Phone is cleared; triggers workflow.',
      ],
    ],
    [
      known,
      told({ name: 'Ana', phone: '1' }),
      [
        'Event event-1 (person.told version 1 of p) was folded by person.told of people version 2.',
        'No command: each record is wanted as it was before.',
      ],
    ],
    [
      known,
      eventOf(mapping, { type: 'person.left', subject: 'p' }),
      [
        'Event event-1 (person.left version 1 of p) was folded by person.left of people version 2.',
        'Delete Leads/p: the projection wanted it before and does not want it now.',
      ],
    ],
    [
      null,
      eventOf(mapping, { type: 'person.left', subject: 'p' }),
      ['Event event-1 (person.left version 1 of p) was ignored by person.left of people version 2: unknown_person.'],
    ],
    [
      null,
      eventOf(mapping, { type: 'person.born', subject: 'p' }),
      ['Event event-1 (person.born version 1 of p) was set aside by people version 2: unknown_event at type.'],
    ],
  ])('says what happens and why (%#)', (state, event, expected) => {
    expect(explain(mapping, state, event)).toEqual(expected);
  });
});

describe('an explanation of a conversion', () => {
  const lead: RecordName = { module: 'Leads', identity: { field: 'Ext', value: 'p' } };
  const contact: RecordName = { ...lead, module: 'Contacts' };
  const buyers = defineMapping({
    name: 'buyers',
    product: 'shop',
    version: 1,
    destination: 'zoho-crm',
    events: {
      'person.told': { 1: z.object({}) },
      'person.paid': { 1: z.object({}) },
      'person.seen': { 1: z.object({}) },
    },
    initial: { paid: false, seen: 0 },
    fold: {
      'person.told': (state) => state,
      'person.paid': (state, _event, tools) => {
        tools.effect({
          effect: 'convert',
          key: 'shop/convert/p',
          lead,
          makes: [contact],
          overwrite: false,
          notifyLeadOwner: false,
          notifyNewEntityOwner: false,
        });
        return { ...state, paid: true };
      },
      'person.seen': (state, _event, tools) => {
        tools.held(lead, ['Seen']);
        return { ...state, seen: state.seen + 1 };
      },
    },
    project: ({ paid, seen }) =>
      paid
        ? [
            { ...contact, linkOnly: true, fields: { Name: 'Ana' }, trigger: [] },
            {
              module: 'Deals',
              identity: { field: 'Ext', value: 'd' },
              fields: { Contact_Name: linkTo(contact) },
              trigger: [],
            },
            { module: 'Products', identity: { field: 'Ext', value: 'x' }, ensure: true, fields: {}, trigger: [] },
          ]
        : [{ ...lead, fields: { Name: 'Ana', Seen: seen }, whenGone: 'leave' }],
    setup: {},
    scopes: [],
  });
  const said = (type: string): string[] =>
    explain(buyers, { paid: false, seen: 0 }, eventOf(buyers, { type, subject: 'p' })).slice(1);

  it('says what it makes, what waits for what, and what is left as it is', () => {
    expect(said('person.paid')).toEqual([
      'Conversion for Leads/p: the event asks for shop/convert/p, which happens once and makes Contacts/p.',
      'Write Contacts/p: the projection wants it for the first time, with Ext, Name; no automation is triggered; waits until a conversion has made it.',
      'Write Deals/d: the projection wants it for the first time, with Ext, Contact_Name; no automation is triggered; waits for the ids of Contacts/p.',
      'Write Products/x: the projection wants it for the first time, with Ext; no automation is triggered; only where it is missing.',
      'Leads/p is not wanted any more and is left as it is.',
    ]);
  });

  it('says what is not sent since the CRM has it', () => {
    expect(said('person.seen')).toEqual(['Leads/p has Seen from the CRM already: not sent.']);
  });
});
