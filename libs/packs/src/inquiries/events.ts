import {
  email,
  linesOf,
  listed,
  optional,
  phone,
  present,
  presentObject,
  required,
  requiredObject,
  text,
  textOf,
  url,
} from '#mapping';
import { z } from 'zod';
import { createdAt, productId, site, ticketPriority, ticketStatus } from './payload.kinds.ts';

const FIRST_NAME_UNITS = 40;
const LAST_NAME_UNITS = 80;
const BODY_UNITS = 65_000;

/** What all payloads have. */
const subject = { id: required(productId), site: required(site) };

const address = z.object({
  street: optional(textOf(250)),
  city: optional(textOf(100)),
  postal_code: optional(textOf(30)),
});

const contact = z.object({
  ...subject,
  created_at: required(createdAt),
  first_name: present(textOf(FIRST_NAME_UNITS)),
  last_name: present(textOf(LAST_NAME_UNITS)),
  primary_email: present(email),
  primary_phone_number: present(phone),
  other_phone_number: present(phone),
  address: presentObject(address),
});

const snapshot = z.object({
  id: required(productId),
  first_name: optional(textOf(FIRST_NAME_UNITS)),
  last_name: optional(textOf(LAST_NAME_UNITS)),
  primary_email: optional(email),
  primary_phone_number: optional(phone),
});

const property = z.object({
  id: required(productId),
  reference: optional(text),
  title: optional(text),
  price: optional(text),
  url: optional(url),
});

const message = z.object({
  ...subject,
  created_at: required(createdAt),
  contact: presentObject(snapshot),
  text: present(linesOf(BODY_UNITS)),
  property: presentObject(property),
});

const ticket = z.object({
  ...subject,
  created_at: required(createdAt),
  ticket_number: required(textOf(40)),
  subject: present(textOf(255)),
  description: present(linesOf(32_000)),
  status: listed(ticketStatus),
  priority: listed(ticketPriority),
  creator: requiredObject(z.object({ id: required(productId), email: optional(email), name: optional(text) })),
});

const deleted = z.object(subject);

export const events = {
  'contact.created': { 1: contact },
  'contact.updated': { 1: contact },
  'contact.deleted': { 1: deleted },
  'message.created': { 1: message },
  'ticket.created': { 1: ticket },
  'ticket.updated': { 1: ticket },
  'ticket.deleted': { 1: deleted },
};

export type Contact = z.output<typeof contact>;
export type Message = z.output<typeof message>;
export type Snapshot = z.output<typeof snapshot>;
export type Ticket = z.output<typeof ticket>;
export type Deleted = z.output<typeof deleted>;
