import { defineMapping } from '#mapping';
import { events } from './events.ts';
import { kycCompleted, kycCorrected, kycDeclined, kycStarted, ricaMoved } from './fold/compliance.fold.ts';
import {
  contractActivated,
  contractCorrected,
  contractCreated,
  contractReopened,
  contractSigned,
  contractTerminated,
} from './fold/contract.fold.ts';
import { customerCorrected } from './fold/customer.fold.ts';
import { quoteCorrected, quoteCreated, quoteMoved } from './fold/quote.fold.ts';
import { project } from './projection/projection.ts';
import { returns } from './returns/returns.ts';
import { settingsSchema } from './settings.ts';
import { scopes, setup } from './setup.ts';
import { initial } from './state.ts';

/** A telecom reseller's quotes, contracts and compliance in the CRM, and what sales decide there about a contract. */
export const mapping = defineMapping({
  name: 'telecom-contracts',
  product: 'telecom',
  version: 1,
  destination: 'zoho-crm',
  topics: ['quote', 'kyc_session', 'rica_submission', 'contract', 'customer'],
  events,
  initial,
  settings: settingsSchema,
  fold: {
    'quote.created': quoteCreated,
    'quote.sent': quoteMoved('sent'),
    'quote.accepted': quoteMoved('accepted'),
    'quote.corrected': quoteCorrected,
    'kyc.started': kycStarted,
    'kyc.completed': kycCompleted,
    'kyc.declined': kycDeclined,
    'kyc.corrected': kycCorrected,
    'rica.submitted': ricaMoved('Submitted'),
    'rica.approved': ricaMoved('Approved'),
    'rica.rejected': ricaMoved('Rejected'),
    'contract.created': contractCreated,
    'contract.signed': contractSigned,
    'contract.activated': contractActivated,
    'contract.terminated': contractTerminated,
    'contract.reopened': contractReopened,
    'contract.corrected': contractCorrected,
    'customer.corrected': customerCorrected,
  },
  project,
  returns,
  setup,
  scopes,
});
