import { addHours, choice, id, instant, read, text, type Kind } from '#mapping';
import { SLA_HOURS } from './ticket.values.ts';

const SITE = /^[a-z0-9-]{1,63}$/;
const MOST_ID_UNITS = 100;

/** An aggregate id, and those of contacts, messages and tickets: with the tenant before it, it has to fit into the identity field. */
export const productId = id({ max: MOST_ID_UNITS });

/** The tenant's sub-domain. */
export const site: Kind<string> = (input) => {
  const given = text(input);
  return given.is === 'value' && !SITE.test(given.value) ? read.invalid : given;
};

/** When the product made its row; the times that a ticket is due are counted from here, so they must exist as well. */
export const createdAt: Kind<string> = (input) => {
  const given = instant(input);
  if (given.is !== 'value') return given;
  try {
    addHours(given.value, SLA_HOURS.low.resolution);
    return given;
  } catch {
    return read.invalid;
  }
};

export const ticketStatus = choice(['open', 'in_progress', 'waiting_on_customer', 'resolved', 'closed']);
export const ticketPriority = choice(['low', 'normal', 'high', 'urgent']);
