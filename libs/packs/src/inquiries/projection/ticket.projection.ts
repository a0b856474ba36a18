import type { WantedRecord } from '#mapping';
import type { CaseFields } from '../setup.ts';
import { ticketRecord, type TicketState } from '../state.ts';
import { PRIORITY } from '../ticket.values.ts';
import { markFields } from './person.projection.ts';

/** Fields by the payload's name of their value. */
export const TICKET_FIELDS = {
  subject: 'Subject',
  description: 'Description',
  status: 'Status',
  priority: 'Priority',
  creator: 'Email',
  site: 'Agency_Site',
  ticket_number: 'Agency_Ticket_Number',
} as const;

/** Counted from the priority. */
export const DUE_FIELDS = ['Agency_Response_Due', 'Agency_Resolution_Due'] as const;

export function ticketRecords(ticket: TicketState): WantedRecord[] {
  const { values, priority, sentStatus, responseDue, resolutionDue, mark } = ticket;
  if (!ticket.exists || values === null) return [];
  return [
    {
      ...ticketRecord(ticket),
      fields: {
        [TICKET_FIELDS.subject]: values.subject,
        [TICKET_FIELDS.description]: values.description,
        [TICKET_FIELDS.status]: sentStatus,
        [TICKET_FIELDS.priority]: PRIORITY[priority],
        [TICKET_FIELDS.creator]: values.creator_email,
        [TICKET_FIELDS.site]: values.site,
        [TICKET_FIELDS.ticket_number]: values.ticket_number,
        Agency_Response_Due: responseDue,
        Agency_Resolution_Due: resolutionDue,
        ...markFields(mark),
      },
      onCreate: { Case_Origin: 'Web' } satisfies CaseFields,
    },
  ];
}
