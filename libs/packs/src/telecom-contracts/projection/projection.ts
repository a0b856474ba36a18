import type { WantedRecord } from '#mapping';
import type { Settings } from '../settings.ts';
import type { Contract, Quote, State } from '../state.ts';
import { accountRecord, contactRecord } from './customer.projection.ts';
import { dealRecord } from './deal.projection.ts';
import { productRecords, quoteRecord } from './quote.projection.ts';

/** The customer, then what its quotes and contracts name, then these: each after what it refers to. */
export function project(state: State, settings: Settings): WantedRecord[] {
  if (!state.wanted) return [];
  const quotes = byId(state.quotes).filter((entry): entry is [string, Numbered<Quote>] => entry[1].number !== null);
  const contracts = byId(state.contracts).filter(isDrawnUp);
  return [
    accountRecord(state),
    contactRecord(state),
    ...productRecords(quotes.map(([, quote]) => quote)),
    ...contracts.map(([, contract]) => dealRecord(state, contract, settings)),
    ...quotes.map(([id, quote]) => quoteRecord(state, id, quote)),
  ];
}

type Numbered<T> = T & { readonly number: string };

function isDrawnUp(entry: [string, Contract]): entry is [string, Numbered<Contract>] {
  return entry[1].created !== null && entry[1].number !== null;
}

/** In an order that does not depend on how the state was stored. */
function byId<T>(entries: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
