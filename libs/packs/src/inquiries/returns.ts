import {
  cleanText,
  commonPayload,
  type Answer,
  type FieldEdit,
  type Judge,
  type ReturnModule,
  type Returns,
} from '#mapping';
import type { Json } from '#contracts';
import { z } from 'zod';
import { PERSON_FIELDS } from './projection/person.fields.ts';
import { DUE_FIELDS, TICKET_FIELDS } from './projection/ticket.projection.ts';
import type { Settings } from './settings.ts';
import { PERSON_VALUES, type PersonValue, type State } from './state.ts';
import { meaningOf } from './ticket.values.ts';

const SOURCE = 'zoho-crm';
/** People may change all of these; which site somebody belongs to is the product's to say. */
const SHARED_VALUES = PERSON_VALUES.filter((name) => name !== 'site');
const MARK_FIELDS = ['Agency_Deleted', 'Agency_Deleted_At'];

type Module = ReturnModule<State, Settings>;

function textOf(value: Json): string | null {
  const clean = typeof value === 'string' ? cleanText(value) : '';
  return clean === '' ? null : clean;
}

/** As the CRM holds it, to the letter: what is kept of a person's value is never written back. */
function asHeld(value: Json): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The CRM's value stands until the product's own changes; the product is told and decides. */
function taken(name: PersonValue): Judge<State, Settings> {
  return (state, { after }): Answer<State> => {
    const { contact } = state;
    if (contact === null || contact.sent === null) return { is: 'accepted', state };
    const sent = { ...contact.sent, [name]: asHeld(after) };
    return { is: 'accepted', state: { ...state, contact: { ...contact, sent } } };
  };
}

/** `Contacts` or `Leads`: whichever stands for the person on this connection. */
function personModule(as: 'contact' | 'lead'): Module {
  const fields = PERSON_FIELDS[as];
  const names = new Map<string, PersonValue>(SHARED_VALUES.map((name) => [fields[name], name]));
  return {
    identity: 'Agency_Contact_ID',
    reads: ['Agency_Contact_ID', ...Object.values(fields), ...MARK_FIELDS],
    about: ({ contact }) =>
      contact === null ? null : { subject: contact.productId, ids: { contact_id: contact.productId, source: SOURCE } },
    judged: Object.fromEntries([...names].map(([field, name]) => [field, taken(name)])),
    changed: (_state, edits) => {
      const changes = edits.flatMap(({ field, after }: FieldEdit) => {
        const name = names.get(field);
        return name === undefined ? [] : [[name, textOf(after)] as const];
      });
      return [{ type: 'crm.contact.changed', data: { changes: Object.fromEntries(changes) } }];
    },
    gives: ['crm.contact.changed'],
    tells: { deleted: 'crm.contact.deleted', ...(as === 'lead' ? { converted: 'crm.contact.converted' } : {}) },
  };
}

/** Told only where it means another status than the product's last; a word that is not in the table is told as such. */
const statusJudged: Judge<State, Settings> = (state, { after }): Answer<State> => {
  const { ticket } = state;
  if (ticket === null) return { is: 'accepted', state };
  const external = textOf(after);
  const accepted = { is: 'accepted', state: { ...state, ticket: { ...ticket, sentStatus: asHeld(after) } } } as const;
  const status = external === null ? null : meaningOf(external);
  const data = { status, external_status: external };
  if (status === null) return { ...accepted, event: { type: 'crm.ticket.status_unmapped', data } };
  return status === ticket.status ? accepted : { ...accepted, event: { type: 'crm.ticket.status_changed', data } };
};

const cases: Module = {
  identity: 'Agency_Ticket_ID',
  reads: ['Agency_Ticket_ID', ...Object.values(TICKET_FIELDS), ...DUE_FIELDS, ...MARK_FIELDS],
  about: ({ ticket }) =>
    ticket === null ? null : { subject: ticket.productId, ids: { ticket_id: ticket.productId, source: SOURCE } },
  judged: { [TICKET_FIELDS.status]: statusJudged },
  gives: ['crm.ticket.status_changed', 'crm.ticket.status_unmapped'],
  tells: { deleted: 'crm.ticket.deleted' },
};

const ofContact = { ...commonPayload, contact_id: z.string(), source: z.literal(SOURCE) };
const ofTicket = { ...commonPayload, ticket_id: z.string(), source: z.literal(SOURCE) };
const changes = z.partialRecord(z.enum(SHARED_VALUES), z.string().nullable());
const status = z.enum(['open', 'in_progress', 'waiting_on_customer', 'resolved']);

/** What people do in Zoho CRM (specification, section 7). Nothing is put back: a value of theirs stays until the product's own changes. */
export const returns: Returns<State, Settings> = {
  modules: { Contacts: personModule('contact'), Leads: personModule('lead'), Cases: cases },
  restoreLimit: () => 0,
  events: {
    'crm.contact.changed': z.object({ ...ofContact, changes }),
    'crm.contact.deleted': z.object(ofContact),
    'crm.contact.converted': z.object(ofContact),
    'crm.ticket.status_changed': z.object({ ...ofTicket, status, external_status: z.string() }),
    'crm.ticket.status_unmapped': z.object({ ...ofTicket, status: z.null(), external_status: z.string().nullable() }),
    'crm.ticket.deleted': z.object(ofTicket),
  },
};
