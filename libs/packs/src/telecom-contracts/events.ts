import { choice, date, id, instant, integer, money, optional, required, text } from '#mapping';
import { z } from 'zod';
import { contractNumber, customerSchema, linesSchema, quoteNumber, riskTier } from './payload.kinds.ts';

const customer = { customer_id: required(id()) };

const quoteCreated = z.object({
  ...customer,
  quote_number: required(quoteNumber),
  customer: customerSchema,
  lines: linesSchema,
  valid_until: optional(date),
  currency: optional(text),
});
const quoteMoved = z.object(customer);
const quoteCorrected = z.object({ ...customer, lines: linesSchema.nullish(), valid_until: optional(date) });

const session = { ...customer, started_at: required(instant), quote_id: optional(id()) };
const kycStarted = z.object(session);
const kycCompleted = z.object({ ...session, completed_at: optional(instant), risk_tier: optional(riskTier) });
const kycDeclined = z.object({ ...session, risk_tier: optional(riskTier) });

const rica = z.object({ ...customer, kyc_session_id: required(id()), submitted_at: required(instant) });

const contractCreated = z.object({
  ...customer,
  contract_number: required(contractNumber),
  customer: customerSchema,
  quote_id: optional(id()),
  kyc_session_id: optional(id()),
  total_contract_value: optional(money),
  currency: optional(text),
  expected_close_date: optional(date),
});
const numbered = { ...customer, contract_number: required(contractNumber) };
const contractSigned = z.object({ ...numbered, fully_signed_date: optional(date) });
/** `crm`, with its `move`: the product carried out what a stage move in the CRM asked for. */
const statusMoved = z.object({
  ...numbered,
  cause: optional(choice(['product', 'crm'])),
  move: optional(integer({ min: 1 })),
});
const contractCorrected = z.object({
  ...numbered,
  total_contract_value: optional(money),
  kyc_session_id: optional(id()),
  quote_id: optional(id()),
  fully_signed_date: optional(date),
});

const customerCorrected = z.object({ ...customer, customer: customerSchema });

export const events = {
  'quote.created': { 1: quoteCreated },
  'quote.sent': { 1: quoteMoved },
  'quote.accepted': { 1: quoteMoved },
  'quote.corrected': { 1: quoteCorrected },
  'kyc.started': { 1: kycStarted },
  'kyc.completed': { 1: kycCompleted },
  'kyc.declined': { 1: kycDeclined },
  'kyc.corrected': { 1: kycCompleted },
  'rica.submitted': { 1: rica },
  'rica.approved': { 1: rica },
  'rica.rejected': { 1: rica },
  'contract.created': { 1: contractCreated },
  'contract.signed': { 1: contractSigned },
  'contract.activated': { 1: statusMoved },
  'contract.terminated': { 1: statusMoved },
  'contract.reopened': { 1: statusMoved },
  'contract.corrected': { 1: contractCorrected },
  'customer.corrected': { 1: customerCorrected },
};

export type OfCustomer = z.output<typeof quoteMoved>;
export type QuoteCreated = z.output<typeof quoteCreated>;
export type QuoteCorrected = z.output<typeof quoteCorrected>;
export type KycStarted = z.output<typeof kycStarted>;
export type KycCompleted = z.output<typeof kycCompleted>;
export type KycDeclined = z.output<typeof kycDeclined>;
export type Rica = z.output<typeof rica>;
export type ContractCreated = z.output<typeof contractCreated>;
/** What every event of a contract has. */
export type OfContract = OfCustomer & Pick<ContractSigned, 'contract_number'>;
export type ContractSigned = z.output<typeof contractSigned>;
export type StatusMoved = z.output<typeof statusMoved>;
export type ContractCorrected = z.output<typeof contractCorrected>;
export type CustomerCorrected = z.output<typeof customerCorrected>;
