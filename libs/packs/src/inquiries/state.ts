import type { RecordName } from '#contracts';
import type { TicketPriority, TicketStatus } from './ticket.values.ts';

/** Names of the product's values that are mapped to fields, and so of what people's edits are told under. */
export const PERSON_VALUES = [
  'first_name',
  'last_name',
  'primary_email',
  'primary_phone_number',
  'other_phone_number',
  'address.street',
  'address.city',
  'address.postal_code',
  'site',
] as const;
export type PersonValue = (typeof PERSON_VALUES)[number];
export type Person = Readonly<Record<PersonValue, string | null>>;

/** What made the Lead; it goes out with the write that makes it. */
export interface LeadOrigin {
  readonly message: string;
  readonly description: string | null;
  readonly reference: string | null;
}

/** One contact on one connection (specification, sections 4.2 and 9). */
export interface ContactState {
  readonly of: 'contact';
  /** `<tenant>:<contact id>`. */
  readonly id: string;
  /** The contact's id in the product. */
  readonly productId: string;
  readonly as: 'none' | 'contact' | 'lead';
  /** As the product told it last, in the form of the CRM. */
  readonly told: Person | null;
  /** As it was last sent to the CRM or seen there: a value that a person changed stays until the product's own changes. */
  readonly sent: Person | null;
  readonly lead: LeadOrigin | null;
  readonly gone: boolean;
  readonly mark: Mark | null;
}

/** The product deleted it and the record stays; `at` null: it was restored since. */
export interface Mark {
  readonly at: string | null;
}

export interface TicketValues {
  readonly subject: string;
  readonly description: string | null;
  readonly creator_email: string | null;
  readonly site: string;
  readonly ticket_number: string;
}

/** One ticket on one connection. */
export interface TicketState {
  readonly of: 'ticket';
  /** `<tenant>:<ticket id>`. */
  readonly id: string;
  /** The ticket's id in the product. */
  readonly productId: string;
  readonly exists: boolean;
  /** The last that the product said in words that we know. */
  readonly status: TicketStatus | null;
  readonly priority: TicketPriority;
  readonly values: TicketValues | null;
  /** As it was last sent or seen. */
  readonly sentStatus: string | null;
  /** Of the CRM. */
  readonly responseDue: string | null;
  readonly resolutionDue: string | null;
  readonly gone: boolean;
  readonly mark: Mark | null;
}

/** A key is a contact's or a ticket's: they come in topics of their own, with ids that may be the same. */
export interface State {
  readonly contact: ContactState | null;
  readonly ticket: TicketState | null;
}

export const initial: State = { contact: null, ticket: null };

export function contactOf(id: string): RecordName {
  return { module: 'Contacts', identity: { field: 'Agency_Contact_ID', value: id } };
}

export function leadOf(id: string): RecordName {
  return { module: 'Leads', identity: { field: 'Agency_Contact_ID', value: id } };
}

/** The record that stands for the contact on this connection. */
export function personRecord({ id, as }: Pick<ContactState, 'id' | 'as'>): RecordName {
  return as === 'lead' ? leadOf(id) : contactOf(id);
}

export function ticketRecord({ id }: Pick<TicketState, 'id'>): RecordName {
  return { module: 'Cases', identity: { field: 'Agency_Ticket_ID', value: id } };
}
