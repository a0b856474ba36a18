import { restamped } from '#mapping';
import { displayName, toldName } from '../customer.name.ts';
import type { OfCustomer, QuoteCorrected, QuoteCreated } from '../events.ts';
import { areSendable } from '../line.amounts.ts';
import type { ToldLine } from '../payload.kinds.ts';
import { quoteOf, withEntry, type Line, type Quote, type State } from '../state.ts';
import { ofCustomer, withCustomer } from './customer.fold.ts';

export const quoteCreated = ofCustomer<QuoteCreated>((state, { data, subject, stamp }, tools) => {
  const known = quoteOf(state, subject);
  const { currency, customer, quote_number: number } = data;
  if (currency != null && currency !== tools.settings.currency) return tools.setAside('foreign_currency', 'currency');
  if (known.created && known.number !== number) return tools.setAside('invalid_value', 'quote_number');
  const lines = data.lines.map(lineOf);
  if (!areSendable(lines)) return tools.setAside('invalid_value', 'lines');
  const quote: Quote = {
    ...known,
    created: true,
    number,
    name: known.name ?? displayName(toldName(customer), state.customerId),
    lines: restamped(known.lines, lines, stamp),
    validUntil: restamped(known.validUntil, data.valid_until ?? undefined, stamp),
  };
  return withQuote(withCustomer(state, customer, stamp), subject, quote);
});

const RANKS = { sent: 1, accepted: 2 } as const;

export const quoteMoved = (to: keyof typeof RANKS) =>
  ofCustomer<OfCustomer>((state, { subject }) => {
    const quote = quoteOf(state, subject);
    return withQuote(state, subject, { ...quote, rank: Math.max(quote.rank, RANKS[to]) });
  });

export const quoteCorrected = ofCustomer<QuoteCorrected>((state, { data, subject, stamp }, tools) => {
  const quote = quoteOf(state, subject);
  const lines = data.lines?.map(lineOf);
  if (lines !== undefined && !areSendable(lines)) return tools.setAside('invalid_value', 'lines');
  return withQuote(state, subject, {
    ...quote,
    lines: restamped(quote.lines, lines, stamp),
    validUntil: restamped(quote.validUntil, data.valid_until, stamp),
  });
});

function withQuote(state: State, id: string, quote: Quote): State {
  return { ...state, quotes: withEntry(state.quotes, id, quote) };
}

function lineOf(told: ToldLine): Line {
  return {
    code: told.product_code,
    name: told.product_name,
    description: told.description ?? null,
    quantity: told.quantity,
    price: told.unit_price,
    discountPercent: told.discount_percent,
  };
}
