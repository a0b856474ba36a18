import { linkTo } from '#contracts';
import { crmMoney, cut, type WantedRecord } from '#mapping';
import type { Settings } from '../settings.ts';
import type { DealFields, RicaStatus } from '../setup.ts';
import { accountOf, contactOf, dealOf, sessionOf, type Contract, type State } from '../state.ts';
import { latest } from './quote.projection.ts';

const DEAL_NAME_UNITS = 120;

export function dealRecord(
  state: State,
  contract: Contract & { readonly number: string },
  { pipeline }: Settings,
): WantedRecord {
  const session = sessionOf(state, contract.kycSessionId.value);
  const status = session.status.value;
  return {
    ...dealOf(contract.number),
    fields: {
      Stage: contract.stage,
      Amount: contract.value.value === null ? null : crmMoney(contract.value.value),
      Contract_Signed_Date: contract.signedOn.value,
      KYC_Status: status,
      KYC_Verified_Date: status === 'Completed' ? (session.completedAt.value?.slice(0, 10) ?? null) : null,
      Risk_Tier: session.riskTier.value,
      RICA_Status: ricaStatus(state, contract.kycSessionId.value),
    } satisfies DealFields,
    onCreate: {
      Deal_Name: cut(`${contract.number} - ${contract.name ?? ''}`, DEAL_NAME_UNITS),
      Closing_Date: contract.closeOn,
      Contact_Name: linkTo(contactOf(state)),
      Account_Name: linkTo(accountOf(state)),
      Pipeline: pipeline ?? null,
    },
    whenGone: 'leave',
  };
}

/** Of the submission that was sent last for a session. */
function ricaStatus({ rica }: State, sessionId: string | null): RicaStatus {
  const submissions = Object.entries(rica).filter(([, { kycSessionId }]) => kycSessionId === sessionId);
  return latest(submissions, ({ submittedAt }) => submittedAt)?.status.value ?? 'Pending';
}
