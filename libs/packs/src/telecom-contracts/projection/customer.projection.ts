import { linkTo } from '#contracts';
import { cut, type WantedRecord } from '#mapping';
import { contactNames, displayName, knownName } from '../customer.name.ts';
import { accountOf, contactOf, type State } from '../state.ts';

const ACCOUNT_NAME_UNITS = 200;

/** Nobody is told of these writes: sales work on Deals and Quotes. */
export const NO_TRIGGER: readonly string[] = [];

export function accountRecord(state: State): WantedRecord {
  const name = displayName(knownName(state), state.customerId);
  return {
    ...accountOf(state),
    fields: { Account_Name: cut(name, ACCOUNT_NAME_UNITS) },
    trigger: NO_TRIGGER,
    whenGone: 'leave',
  };
}

export function contactRecord(state: State): WantedRecord {
  const { first, last } = contactNames(knownName(state), state.customerId);
  return {
    ...contactOf(state),
    fields: { First_Name: first, Last_Name: last, Email: state.email.value },
    onCreate: { Account_Name: linkTo(accountOf(state)) },
    trigger: NO_TRIGGER,
    whenGone: 'leave',
  };
}
