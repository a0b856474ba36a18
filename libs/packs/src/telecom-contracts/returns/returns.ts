import type { ReturnModule, Returns } from '#mapping';
import type { Settings } from '../settings.ts';
import type { State } from '../state.ts';
import { contractNamed, quoteNamed } from './record.names.ts';
import { returnEvents } from './return.events.ts';
import { judgeStage } from './stage.judgement.ts';

const ofCustomer = ({ customerId }: State) => ({ subject: customerId, ids: { customer_id: customerId } });

/** A deleted Contact or Account is a matter for people: it is listed, and no event tells the product. */
const customer = (thing: 'account' | 'contact', names: readonly string[]): ReturnModule<State, Settings> => ({
  identity: 'Customer_ID',
  reads: ['Customer_ID', ...names],
  about: ofCustomer,
  gives: [],
  tells: { conflict: `crm.${thing}.conflict_recorded` },
});

/**
 * What people do in the CRM (specification, section 6). All fields that we write are the product's, but for the stage, which sales and
 * the product share; what goes out with a new record alone belongs to sales afterwards.
 */
export const returns: Returns<State, Settings> = {
  modules: {
    Deals: {
      identity: 'Contract_Number',
      reads: [
        'Contract_Number',
        'Stage',
        'Amount',
        'Contract_Signed_Date',
        'KYC_Status',
        'KYC_Verified_Date',
        'Risk_Tier',
        'RICA_Status',
      ],
      about: (state, name) => {
        const found = contractNamed(state, name);
        if (found === null) return null;
        const { customerId } = state;
        const { id, contract } = found;
        const ids = { customer_id: customerId, contract_id: id, contract_number: contract.number };
        return { subject: id, ids };
      },
      judged: { Stage: judgeStage },
      gives: ['crm.deal.stage_changed', 'crm.deal.stage_refused'],
      tells: { conflict: 'crm.deal.conflict_recorded', deleted: 'crm.deal.deleted', restored: 'crm.deal.restored' },
    },
    Quotes: {
      identity: 'Quote_Reference',
      reads: ['Quote_Reference', 'Quote_Stage', 'Valid_Till', 'KYC_Status', 'Quote_Total', 'Deal_Name', 'Quoted_Items'],
      subforms: ['Quoted_Items'],
      about: (state, name) => {
        const found = quoteNamed(state, name);
        if (found === null) return null;
        const ids = { customer_id: state.customerId, quote_id: found.id, quote_number: found.quote.number };
        return { subject: found.id, ids };
      },
      gives: [],
      tells: { conflict: 'crm.quote.conflict_recorded', deleted: 'crm.quote.deleted', restored: 'crm.quote.restored' },
    },
    Contacts: customer('contact', ['First_Name', 'Last_Name', 'Email']),
    Accounts: customer('account', ['Account_Name']),
  },
  restoreLimit: ({ restore_limit: limit }) => limit,
  events: returnEvents,
};
