import { defineMapping } from '#mapping';
import { events } from './events.ts';
import { contactCreated, contactDeleted, contactUpdated } from './fold/contact.fold.ts';
import { messageCreated } from './fold/message.fold.ts';
import { ticketCreated, ticketDeleted, ticketUpdated } from './fold/ticket.fold.ts';
import { productId } from './payload.kinds.ts';
import { project } from './projection/projection.ts';
import { returns } from './returns.ts';
import { refuses, settingsSchema } from './settings.ts';
import { scopes, setup } from './setup.ts';
import { initial } from './state.ts';

/** Contacts, inquiries and support tickets of many tenants, each in CRMs of its own: a Contact or a Lead, Notes, and Cases. */
export const mapping = defineMapping({
  name: 'inquiries',
  product: 'agency',
  version: 1,
  destination: 'zoho-crm',
  scope: 'connection',
  topics: ['contact', 'ticket'],
  aggregateId: productId,
  events,
  initial,
  settings: settingsSchema,
  refuses,
  fold: {
    'contact.created': contactCreated,
    'contact.updated': contactUpdated,
    'contact.deleted': contactDeleted,
    'message.created': messageCreated,
    'ticket.created': ticketCreated,
    'ticket.updated': ticketUpdated,
    'ticket.deleted': ticketDeleted,
  },
  project,
  returns,
  setup,
  scopes,
});
