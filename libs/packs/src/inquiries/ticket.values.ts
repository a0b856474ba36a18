import type { CrmPriority, CrmStatus } from './setup.ts';

/** The product's words for a ticket, and what the CRM calls them (specification, sections 4.4, 4.5 and 7). */
export type TicketStatus = 'open' | 'in_progress' | 'waiting_on_customer' | 'resolved' | 'closed';
export type TicketPriority = 'low' | 'normal' | 'high' | 'urgent';

/** Of a ticket whose status or priority the product never said in words that we know. */
export const DEFAULT_STATUS: CrmStatus = 'Open';
export const DEFAULT_PRIORITY: TicketPriority = 'normal';

export const STATUS: Readonly<Record<TicketStatus, CrmStatus>> = {
  open: 'Open',
  in_progress: 'In Progress',
  waiting_on_customer: 'Waiting for Input',
  resolved: 'Closed',
  closed: 'Closed',
};

export const PRIORITY: Readonly<Record<TicketPriority, CrmPriority>> = {
  low: 'Low',
  normal: 'Medium',
  high: 'High',
  urgent: 'Highest',
};

/** What a status that people set means to the product. */
const MEANING: ReadonlyMap<string, TicketStatus> = new Map([
  ['New', 'open'],
  ['Open', 'open'],
  ['In Progress', 'in_progress'],
  ['On Hold', 'in_progress'],
  ['Escalated', 'in_progress'],
  ['Waiting for Input', 'waiting_on_customer'],
  ['Closed', 'resolved'],
]);

/** Null for a status that is not in the table. */
export function meaningOf(crmStatus: string): TicketStatus | null {
  return MEANING.get(crmStatus) ?? null;
}

export const SLA_HOURS: Readonly<Record<TicketPriority, { readonly response: number; readonly resolution: number }>> = {
  low: { response: 48, resolution: 168 },
  normal: { response: 24, resolution: 72 },
  high: { response: 8, resolution: 24 },
  urgent: { response: 2, resolution: 8 },
};
