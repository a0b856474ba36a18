import type { RecordName } from '#contracts';
import { unstamped, type Decimal, type Instant, type Stamp, type Stamped } from '#mapping';
import type { KycStatus, RicaStatus as CrmRicaStatus, RiskTier } from './setup.ts';

export interface Line {
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly quantity: number;
  /** Without VAT, to two places. */
  readonly price: Decimal;
  readonly discountPercent: Decimal;
}

export interface Quote {
  readonly created: boolean;
  readonly number: string | null;
  /** What its customer was called when it was made: the Subject keeps it. */
  readonly name: string | null;
  /** 0 created, 1 sent, 2 accepted. It only rises. */
  readonly rank: number;
  readonly lines: Stamped<readonly Line[]>;
  readonly validUntil: Stamped<string | null>;
}

export interface KycSession {
  readonly status: Stamped<KycStatus>;
  readonly startedAt: Instant | null;
  readonly quoteId: Stamped<string | null>;
  readonly completedAt: Stamped<Instant | null>;
  readonly riskTier: Stamped<RiskTier | null>;
}

/** Pending is the CRM's word for none. */
export type RicaStatus = Exclude<CrmRicaStatus, 'Pending'>;

export interface RicaSubmission {
  readonly kycSessionId: string;
  readonly submittedAt: Instant;
  readonly status: Stamped<RicaStatus | null>;
}

export interface Contract {
  /** Of the latest `contract.created`; null before one is known. */
  readonly created: Stamp | null;
  readonly number: string | null;
  readonly name: string | null;
  readonly closeOn: string | null;
  readonly quoteId: Stamped<string | null>;
  readonly kycSessionId: Stamped<string | null>;
  readonly value: Stamped<Decimal | null>;
  readonly signedOn: Stamped<string | null>;
  readonly activated: boolean;
  readonly ended: boolean;
  /** Stage moves that were passed to the product. */
  readonly moves: number;
  /** The Deal's stage as we wrote it last, or as it was accepted from the CRM. */
  readonly stage: string | null;
}

/** What is known of one customer (specification, section 4). Dates, instants and amounts are canonical texts. */
export interface State {
  readonly customerId: string;
  /** A quote or a contract is there, so Account and Contact are wanted. */
  readonly wanted: boolean;
  readonly firstName: Stamped<string | null>;
  readonly lastName: Stamped<string | null>;
  readonly email: Stamped<string | null>;
  readonly companyName: Stamped<string | null>;
  readonly quotes: Readonly<Record<string, Quote>>;
  readonly kyc: Readonly<Record<string, KycSession>>;
  readonly rica: Readonly<Record<string, RicaSubmission>>;
  readonly contracts: Readonly<Record<string, Contract>>;
}

export const initial: State = {
  customerId: '',
  wanted: false,
  firstName: unstamped(null),
  lastName: unstamped(null),
  email: unstamped(null),
  companyName: unstamped(null),
  quotes: {},
  kyc: {},
  rica: {},
  contracts: {},
};

const NO_QUOTE: Quote = {
  created: false,
  number: null,
  name: null,
  rank: 0,
  lines: unstamped([]),
  validUntil: unstamped(null),
};

const NO_SESSION: KycSession = {
  status: unstamped('Not Started'),
  startedAt: null,
  quoteId: unstamped(null),
  completedAt: unstamped(null),
  riskTier: unstamped(null),
};

const NO_CONTRACT: Contract = {
  created: null,
  number: null,
  name: null,
  closeOn: null,
  quoteId: unstamped(null),
  kycSessionId: unstamped(null),
  value: unstamped(null),
  signedOn: unstamped(null),
  activated: false,
  ended: false,
  moves: 0,
  stage: null,
};

/** Ids are the product's: one may be called like a member of every object. */
function entry<T>(entries: Readonly<Record<string, T>>, id: string): T | undefined {
  return Object.hasOwn(entries, id) ? entries[id] : undefined;
}

export function quoteOf({ quotes }: Pick<State, 'quotes'>, id: string): Quote {
  return entry(quotes, id) ?? NO_QUOTE;
}

export function sessionOf({ kyc }: Pick<State, 'kyc'>, id: string | null): KycSession {
  return (id === null ? undefined : entry(kyc, id)) ?? NO_SESSION;
}

export function submissionOf({ rica }: Pick<State, 'rica'>, id: string): RicaSubmission | null {
  return entry(rica, id) ?? null;
}

export function contractOf({ contracts }: Pick<State, 'contracts'>, id: string): Contract {
  return entry(contracts, id) ?? NO_CONTRACT;
}

/** The same entries with one of them as it is now. */
export function withEntry<T>(entries: Readonly<Record<string, T>>, id: string, value: T): Record<string, T> {
  return { ...entries, [id]: value };
}

type OfCustomer = Pick<State, 'customerId'>;

export function accountOf({ customerId }: OfCustomer): RecordName {
  return { module: 'Accounts', identity: { field: 'Customer_ID', value: customerId } };
}

export function contactOf({ customerId }: OfCustomer): RecordName {
  return { module: 'Contacts', identity: { field: 'Customer_ID', value: customerId } };
}

export function productOf(code: string): RecordName {
  return { module: 'Products', identity: { field: 'Catalogue_Code', value: code } };
}

export function quoteRecordOf(number: string): RecordName {
  return { module: 'Quotes', identity: { field: 'Quote_Reference', value: number } };
}

export function dealOf(number: string): RecordName {
  return { module: 'Deals', identity: { field: 'Contract_Number', value: number } };
}
