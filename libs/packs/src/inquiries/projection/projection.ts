import type { WantedRecord } from '#mapping';
import type { State } from '../state.ts';
import { personRecords } from './person.projection.ts';
import { ticketRecords } from './ticket.projection.ts';

export function project({ contact, ticket }: State): WantedRecord[] {
  return [...(contact === null ? [] : personRecords(contact)), ...(ticket === null ? [] : ticketRecords(ticket))];
}
