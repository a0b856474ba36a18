import { addDays, compareStamps, Ignored, restamped, SetAside } from '#mapping';
import { withStage } from '../contract.status.ts';
import { displayName, toldName } from '../customer.name.ts';
import type { ContractCorrected, ContractCreated, ContractSigned, OfContract, StatusMoved } from '../events.ts';
import { contractOf, withEntry, type Contract, type State } from '../state.ts';
import { ofCustomer, withCustomer, type TelecomFold, type TelecomTools, type Told } from './customer.fold.ts';

type ContractChange<Data> = (
  contract: Contract,
  told: Told<Data>,
  tools: TelecomTools,
) => Contract | Ignored | SetAside;

/** A contract's number never changes; what changes its status may move its Deal's stage. */
function ofContract<Data extends OfContract>(change: ContractChange<Data>): TelecomFold<Data> {
  return ofCustomer<Data>((state, told, tools) => {
    const contract = contractOf(state, told.subject);
    if (contract.created !== null && contract.number !== told.data.contract_number) {
      return tools.setAside('invalid_value', 'contract_number');
    }
    const changed = change(contract, told, tools);
    if (changed instanceof Ignored || changed instanceof SetAside) return changed;
    return withContract(state, told.subject, withStage(contract, changed, tools.settings));
  });
}

function withContract(state: State, id: string, contract: Contract): State {
  return { ...state, contracts: withEntry(state.contracts, id, contract) };
}

export const contractCreated: TelecomFold<ContractCreated> = (given, event, tools) => {
  const { currency, customer } = event.data;
  if (currency != null && currency !== tools.settings.currency) return tools.setAside('foreign_currency', 'currency');
  const state = drawnUp(given, event, tools);
  if (state instanceof Ignored || state instanceof SetAside) return state;
  return withCustomer(state, customer, { at: event.time, id: event.id });
};

/** A first word makes the Deal's name and date: they go out with it and are sales' afterwards. */
const drawnUp = ofContract<ContractCreated>((contract, { data, stamp, event }, { settings }) => ({
  ...contract,
  created: compareStamps(stamp, contract.created) > 0 ? stamp : contract.created,
  number: data.contract_number,
  name: contract.name ?? displayName(toldName(data.customer), data.customer_id),
  closeOn: contract.closeOn ?? data.expected_close_date ?? addDays(dayOf(event.time), settings.close_after_days),
  quoteId: restamped(contract.quoteId, data.quote_id ?? undefined, stamp),
  kycSessionId: restamped(contract.kycSessionId, data.kyc_session_id ?? undefined, stamp),
  value: restamped(contract.value, data.total_contract_value ?? undefined, stamp),
}));

export const contractSigned = ofContract<ContractSigned>((contract, { data, stamp, event }) => ({
  ...contract,
  signedOn: restamped<string | null>(contract.signedOn, data.fully_signed_date ?? dayOf(event.time), stamp),
}));

export const contractActivated = answering((contract) => ({ ...contract, activated: true }));

export const contractTerminated = answering((contract) => ({ ...contract, ended: true }));

export const contractReopened = answering((contract, _told, tools) =>
  contract.signedOn.value === null
    ? { ...contract, ended: false, activated: false }
    : tools.setAside('contract_signed', 'event_type'),
);

/**
 * A change of status. The product's answer to a stage move was counted when the move was made, so it changes nothing however late it
 * comes; a fold that is built anew hears of the move first by its answer.
 */
function answering(change: ContractChange<StatusMoved>): TelecomFold<StatusMoved> {
  return ofContract<StatusMoved>((contract, told, tools) => {
    const { cause, move } = told.data;
    if (cause !== 'crm') return change(contract, told, tools);
    if (move == null) return tools.setAside('missing_value', 'move');
    if (move <= contract.moves) return tools.ignored('already_counted');
    return change({ ...contract, moves: move }, told, tools);
  });
}

export const contractCorrected = ofContract<ContractCorrected>((contract, { data, stamp }) => {
  const signedOn = isSigned(contract) ? (data.fully_signed_date ?? undefined) : undefined;
  return {
    ...contract,
    value: restamped(contract.value, data.total_contract_value, stamp),
    kycSessionId: restamped(contract.kycSessionId, data.kyc_session_id, stamp),
    quoteId: restamped(contract.quoteId, data.quote_id, stamp),
    signedOn: restamped(contract.signedOn, signedOn, stamp),
  };
});

function isSigned({ signedOn }: Contract): boolean {
  return signedOn.value !== null;
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
