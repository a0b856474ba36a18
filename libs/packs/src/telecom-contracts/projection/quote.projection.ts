import { linkTo, type JsonObject } from '#contracts';
import { compareInstants, compareStamps, crmMoney, cut, type WantedRecord } from '#mapping';
import { discountOf, totalOf } from '../line.amounts.ts';
import type { QuoteFields } from '../setup.ts';
import {
  accountOf,
  contactOf,
  dealOf,
  productOf,
  quoteRecordOf,
  type Contract,
  type KycSession,
  type Line,
  type Quote,
  type State,
} from '../state.ts';
import { NO_TRIGGER } from './customer.projection.ts';

const SUBJECT_UNITS = 255;
const PRODUCT_NAME_UNITS = 200;
const DESCRIPTION_UNITS = 2000;
const STAGES = ['Draft', 'Delivered', 'Confirmed'] as const;

/** A product of the catalogue is made when a quote names it, and is the catalogue's own afterwards. */
export function productRecords(quotes: readonly Quote[]): WantedRecord[] {
  const named = new Map<string, string>();
  for (const { code, name } of quotes.flatMap(({ lines }) => lines.value)) if (!named.has(code)) named.set(code, name);
  return [...named].map(([code, name]) => ({
    ...productOf(code),
    ensure: true,
    fields: {},
    onCreate: { Product_Name: cut(name, PRODUCT_NAME_UNITS) },
    trigger: NO_TRIGGER,
    whenGone: 'leave',
  }));
}

export function quoteRecord(state: State, id: string, quote: Quote & { readonly number: string }): WantedRecord {
  const contract = contractOfQuote(state, id);
  return {
    ...quoteRecordOf(quote.number),
    fields: {
      Quote_Stage: STAGES[quote.rank] ?? null,
      Valid_Till: quote.validUntil.value,
      KYC_Status: sessionOfQuote(state, id)?.status.value ?? 'Not Started',
      Quoted_Items: quote.lines.value.map(rowOf),
      Quote_Total: crmMoney(totalOf(quote.lines.value)),
      Deal_Name: contract === null ? null : linkTo(dealOf(contract)),
    } satisfies QuoteFields,
    onCreate: {
      Subject: cut(`${quote.number} - ${quote.name ?? ''}`, SUBJECT_UNITS),
      Contact_Name: linkTo(contactOf(state)),
      Account_Name: linkTo(accountOf(state)),
    },
    whenGone: 'leave',
  };
}

function rowOf(line: Line): JsonObject {
  return {
    Product_Name: linkTo(productOf(line.code)),
    Quantity: line.quantity,
    List_Price: crmMoney(line.price),
    Discount: crmMoney(discountOf(line)),
    Description: cut(line.description ?? line.name, DESCRIPTION_UNITS),
  };
}

/** The session that was started last; of two at once, that with the greater id. */
function sessionOfQuote({ kyc }: State, quoteId: string): KycSession | null {
  const sessions = Object.entries(kyc).filter(([, { quoteId: named }]) => named.value === quoteId);
  return latest(sessions, ({ startedAt }) => startedAt ?? '');
}

/** The entry with the greatest time, then with the greatest id. */
export function latest<T>(entries: readonly (readonly [string, T])[], timeOf: (value: T) => string): T | null {
  const [last] = entries.toSorted(([idA, a], [idB, b]) => {
    return compareInstants(timeOf(b), timeOf(a)) || (idA < idB ? 1 : -1);
  });
  return last === undefined ? null : last[1];
}

/** The number of the contract that was drawn up last for a quote. */
function contractOfQuote({ contracts }: State, quoteId: string): string | null {
  const drawnUp = (contract: Contract): boolean => contract.created !== null && contract.quoteId.value === quoteId;
  const [last] = Object.values(contracts)
    .filter(drawnUp)
    .toSorted((a, b) => compareStamps(b.created, a.created));
  return last?.number ?? null;
}
