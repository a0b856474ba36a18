import { Ignored, restamped, SetAside, stampOf, type Fold, type FoldEvent, type FoldTools, type Stamp } from '#mapping';
import type { CustomerCorrected, OfCustomer } from '../events.ts';
import type { ToldCustomer } from '../payload.kinds.ts';
import type { Settings } from '../settings.ts';
import type { State } from '../state.ts';

export type TelecomFold<Data> = Fold<State, Data, Settings>;
export type TelecomTools = FoldTools<Settings>;

/** What a fold is told beside the state. */
export interface Told<Data> {
  readonly data: Data;
  /** The id of the thing that the event is about. */
  readonly subject: string;
  readonly stamp: Stamp;
  readonly event: FoldEvent<Data>;
}

type Change<Data> = (state: State, told: Told<Data>, tools: TelecomTools) => State | Ignored | SetAside;

/** All events of a customer share one key; an event under another customer's key would tell that customer's records. */
export function ofCustomer<Data extends OfCustomer>(change: Change<Data>): TelecomFold<Data> {
  return (state, event, tools) => {
    const { data, subject, key } = event;
    if (data.customer_id !== key) return tools.setAside('invalid_value', 'customer_id');
    return change({ ...state, customerId: key }, { data, subject, stamp: stampOf(event), event }, tools);
  };
}

/** What a new quote or contract says of its customer: what is missing there is not told. */
export function withCustomer(state: State, told: ToldCustomer, stamp: Stamp): State {
  return {
    ...state,
    wanted: true,
    firstName: restamped(state.firstName, told.first_name ?? undefined, stamp),
    lastName: restamped(state.lastName, told.last_name ?? undefined, stamp),
    email: restamped(state.email, told.email ?? undefined, stamp),
    companyName: restamped(state.companyName, told.company_name ?? undefined, stamp),
  };
}

export const customerCorrected = ofCustomer<CustomerCorrected>((state, { data, subject, stamp }, tools) => {
  if (subject !== state.customerId) return tools.setAside('invalid_value', 'aggregate_id');
  const { customer: told } = data;
  return {
    ...state,
    firstName: restamped(state.firstName, told.first_name, stamp),
    lastName: restamped(state.lastName, told.last_name, stamp),
    email: restamped(state.email, told.email, stamp),
    companyName: restamped(state.companyName, told.company_name, stamp),
  };
});
