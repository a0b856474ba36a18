import { addHours, cleanText, crmInstant, type FoldEvent } from '#mapping';
import type { Deleted, Ticket } from '../events.ts';
import { ticketRecord, type TicketState, type TicketValues } from '../state.ts';
import {
  DEFAULT_PRIORITY,
  DEFAULT_STATUS,
  meaningOf,
  PRIORITY,
  SLA_HOURS,
  STATUS,
  type TicketPriority,
} from '../ticket.values.ts';
import { TICKET_FIELDS } from '../projection/ticket.projection.ts';
import { checked, optedIn, ownId, type AgencyTools } from './agency.fold.ts';
import { cameFromHere } from './origin.ts';

const NO_SUBJECT = '(no subject)';

function unheard(id: string, productId: string): TicketState {
  return {
    of: 'ticket',
    id,
    productId,
    exists: false,
    status: null,
    priority: DEFAULT_PRIORITY,
    values: null,
    sentStatus: DEFAULT_STATUS,
    responseDue: null,
    resolutionDue: null,
    gone: false,
    mark: null,
  };
}

export const ticketCreated = checked<Ticket>((state, event, tools) => {
  if (!optedIn(tools, 'tickets')) return tools.ignored('not_opted_in');
  const before = state.ticket ?? unheard(ownId(event, event.subject), event.subject);
  const back: TicketState = { ...before, gone: false, mark: before.mark === null ? null : { at: null } };
  return { ...state, ticket: told(back, event, tools) };
});

export const ticketUpdated = checked<Ticket>((state, event, tools) => {
  const before = state.ticket ?? unheard(ownId(event, event.subject), event.subject);
  if (before.gone) return tools.ignored('ticket_deleted');
  if (!optedIn(tools, 'tickets')) return tools.ignored('not_opted_in');
  return { ...state, ticket: told(before, event, tools) };
});

export const ticketDeleted = checked<Deleted>((state, event, tools) => {
  const before = state.ticket ?? unheard(ownId(event, event.subject), event.subject);
  if (before.gone) return tools.ignored('ticket_deleted');
  const isMarked = before.exists && tools.settings.on_delete === 'mark';
  const marked: TicketState = { ...before, gone: true, mark: { at: crmInstant(event.time) } };
  return { ...state, ticket: isMarked ? marked : { ...unheard(before.id, before.productId), gone: true } };
});

function told(before: TicketState, event: FoldEvent<Ticket>, tools: AgencyTools): TicketState {
  const { data } = event;
  const values: TicketValues = {
    subject: data.subject ?? NO_SUBJECT,
    description: data.description ?? null,
    creator_email: data.creator.email ?? null,
    site: data.site,
    ticket_number: data.ticket_number,
  };
  const next = withPriority(withStatus({ ...before, exists: true, values }, event, tools), event);
  if (before.exists) tellHeld(before, { next, event, tools });
  return next;
}

/** What is compared is the product's status: two of them may have one name in the CRM, and a name of people's own may mean the same. */
function withStatus(ticket: TicketState, event: FoldEvent<Ticket>, tools: AgencyTools): TicketState {
  const { status } = event.data;
  if (status === undefined || status === ticket.status) return ticket;
  const { sentStatus: seen } = ticket;
  const meansTheSame = cameFromHere(event, tools, 'status') && seen !== null && meaningOf(cleanText(seen)) === status;
  return { ...ticket, status, sentStatus: meansTheSame ? seen : STATUS[status] };
}

/** The times are counted anew when the priority changes, and stand otherwise. */
function withPriority(ticket: TicketState, { data }: FoldEvent<Ticket>): TicketState {
  const { priority = ticket.priority } = data;
  if (ticket.responseDue !== null && priority === ticket.priority) return ticket;
  return { ...ticket, priority, ...dueTimes(data.created_at, priority) };
}

function dueTimes(createdAt: string, priority: TicketPriority): Pick<TicketState, 'responseDue' | 'resolutionDue'> {
  const { response, resolution } = SLA_HOURS[priority];
  return {
    responseDue: crmInstant(addHours(createdAt, response)),
    resolutionDue: crmInstant(addHours(createdAt, resolution)),
  };
}

/** What this connection told the product is not sent back to it; the times that follow from a priority are ours and go out. */
function tellHeld(
  before: TicketState,
  { next, event, tools }: { next: TicketState; event: FoldEvent<Ticket>; tools: AgencyTools },
): void {
  const changed = [
    ['status', before.sentStatus !== next.sentStatus],
    ['priority', PRIORITY[before.priority] !== PRIORITY[next.priority]],
    ['subject', before.values?.subject !== next.values?.subject],
    ['description', before.values?.description !== next.values?.description],
    ['creator', before.values?.creator_email !== next.values?.creator_email],
    ['ticket_number', before.values?.ticket_number !== next.values?.ticket_number],
    ['site', before.values?.site !== next.values?.site],
  ] as const;
  const held = changed.filter(([name, isChanged]) => isChanged && cameFromHere(event, tools, name));
  if (held.length > 0)
    tools.held(
      ticketRecord(next),
      held.map(([name]) => TICKET_FIELDS[name]),
    );
}
